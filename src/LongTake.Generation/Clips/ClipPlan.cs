namespace LongTake.Generation.Clips;

/// <summary>What a clip method needs for a run, known before it starts.</summary>
public sealed record ClipPlan
{
    /// <summary>Latent frames that the method holds, solver history not counted.</summary>
    public required long LatentsHeld { get; init; }

    /// <summary>Bytes that the method holds beside the network's: latents, solver histories, calls, sums.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>Latent frames of the largest network call.</summary>
    public required int CallFrames { get; init; }

    /// <summary>Calls of the network for the whole video, a guided one counted once; null without an end.</summary>
    public required long? Calls { get; init; }

    /// <summary>Whether there may be more calls, as the method decides on the way (searches).</summary>
    public bool CallsVary { get; init; }

    /// <summary>What is held, for messages. Default "queue".</summary>
    public string Holds { get; init; } = "queue";

    /// <summary>What makes it smaller, for the message where memory does not suffice.</summary>
    public string Remedy { get; init; } = "use a smaller picture";
}
