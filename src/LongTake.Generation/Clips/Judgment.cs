namespace LongTake.Generation.Clips;

/// <summary>One look of a method at its new latents (MIGA's self-reflection). Source: miga.md 5.</summary>
/// <param name="Place">Place in the video of the first judged latent.</param>
/// <param name="Score">How alike they are to the latents before them.</param>
/// <param name="Before">The score that it is compared with; null at the first.</param>
/// <param name="Best">The best candidate's score; null if there was no search.</param>
public sealed record Judgment(long Place, double Score, double? Before, double? Best)
{
    /// <summary>Drop of the score that starts a search; null while an automatic threshold is not found yet.</summary>
    public double? Threshold { get; init; }

    /// <summary>Whether candidates were drawn.</summary>
    public bool Searched => Best is not null;

    /// <summary>Whether the tail of the queue was replaced: by a strictly better candidate alone.</summary>
    public bool Replaced => Best > Score;
}
