namespace LongTake.Evaluation.Trials;

/// <summary>Clips of one scene.</summary>
/// <param name="How">How they were sampled.</param>
/// <param name="All">All of them.</param>
/// <param name="OnePair">Those whose prompts have one held-out pair (CG-1); null when there are none.</param>
/// <param name="TwoPairs">Those with two or three (CG-2); null when there are none.</param>
/// <param name="Clips">One by one.</param>
public sealed record ClipReport(string How, ClipSummary All, ClipSummary? OnePair, ClipSummary? TwoPairs, IReadOnlyList<ClipOutcome> Clips)
{
    internal static ClipReport Of(List<ClipOutcome> clips, string how) => new(
        how, ClipSummary.Of(clips)!, ClipSummary.Of([.. clips.Where(c => c.Level == 1)]), ClipSummary.Of([.. clips.Where(c => c.Level == 2)]), clips);
}

/// <summary>True clips through the VAE.</summary>
/// <param name="Frames">Frames of a clip.</param>
/// <param name="MeanPsnr">Mean over clips of the peak signal-to-noise ratio to the true video, in decibels.</param>
/// <param name="WorstPsnr">The lowest of a clip.</param>
/// <param name="Clips">What the analyser says of them.</param>
public sealed record VaeReport(int Frames, double MeanPsnr, double WorstPsnr, ClipReport Clips);
