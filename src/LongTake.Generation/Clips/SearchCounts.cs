namespace LongTake.Generation.Clips;

/// <summary>How often a method judged its new latents, searched for better ones, and found some. Source: miga.md 5.6 and 8.5.</summary>
/// <param name="Judgments">Judgments.</param>
/// <param name="Searches">Those after which candidates were drawn.</param>
/// <param name="Replacements">Searches that found something better.</param>
public readonly record struct SearchCounts(long Judgments, long Searches, long Replacements)
{
    /// <summary>Drop of the score that starts a search; null while an automatic threshold is not found yet.</summary>
    public double? Threshold { get; init; }

    /// <summary>Searches among judgments, 0 to 1; 0 before the first.</summary>
    public double SearchRate => Judgments > 0 ? (double)Searches / Judgments : 0;

    /// <summary>Corrected steps among all that were judged (<c>R_corr</c>), 0 to 1; 0 before the first.</summary>
    public double CorrectionRate => Judgments > 0 ? (double)Replacements / Judgments : 0;

    /// <summary>Corrected steps among those that were evaluated for correction (<c>R_succ</c>), 0 to 1; null before the first search.</summary>
    public double? SuccessRate => Searches > 0 ? (double)Replacements / Searches : null;
}
