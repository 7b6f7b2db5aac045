namespace LongTake.Generation.Clips;

/// <summary>Which prompt a call is under where a story has several. Source: miga.md 7, fifo-and-sliding-window.md 2.7.</summary>
public enum PromptRule
{
    /// <summary>All calls of a pass under the prompt of the latent that leaves next.</summary>
    Queue,

    /// <summary>A call under the prompt of its window's first latent.</summary>
    Window,

    /// <summary>Every latent of a call under its own.</summary>
    Latent,
}
