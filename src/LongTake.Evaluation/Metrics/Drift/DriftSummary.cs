using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.Drift;

/// <summary>
/// Drift of many videos between their first and last 5 s, in points of 100. Which order of mean and absolute value the published numbers
/// take is not known, so both are given. Source: spec/metrics.md section 5.
/// </summary>
/// <param name="Signed">Mean of the signed drifts, positive when the score falls.</param>
/// <param name="PerPrompt">Mean of the absolute drifts (<c>drift.abs5s.perPrompt</c>); never smaller than <paramref name="OfMeans"/>.</param>
/// <param name="OfMeans">Absolute value of the mean drift (<c>drift.abs5s.ofMeans</c>).</param>
public sealed record DriftSummary(double Signed, double PerPrompt, double OfMeans)
{
    /// <summary>Sums up.</summary>
    /// <param name="videos">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static DriftSummary Of(IReadOnlyCollection<DriftScores> videos)
    {
        if (videos.Count == 0)
        {
            throw new ArgumentException("The drift of no videos has no mean.", nameof(videos));
        }
        double signed = videos.Average(v => v.Signed5s);
        return new DriftSummary(signed, videos.Average(v => v.Abs5s), Math.Abs(signed));
    }
}
