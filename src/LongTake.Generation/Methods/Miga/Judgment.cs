namespace LongTake.Generation.Methods.Miga;

/// <summary>One look of self-reflection at new latents.</summary>
/// <param name="Place">Place in the video of the first judged latent.</param>
/// <param name="Score">How alike they are to the latents before them.</param>
/// <param name="Before">The score that it is compared with; null at the first.</param>
/// <param name="Best">The best candidate's score; null if there was no search.</param>
public sealed record Judgment(long Place, double Score, double? Before, double? Best)
{
    /// <summary>Whether candidates were drawn.</summary>
    public bool Searched => Best is not null;

    /// <summary>Whether the tail of the queue was replaced: by a strictly better candidate alone.</summary>
    public bool Replaced => Best > Score;
}
