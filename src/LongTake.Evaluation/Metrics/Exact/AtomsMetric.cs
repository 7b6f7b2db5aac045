using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>
/// NarrLV's story scores, exact: whether the video begins as it was told (fidelity), shows every state of the part that varies (coverage),
/// and goes through them in order with everything else unchanged (coherence). Source: spec/benchmarks.md section 4.8.
/// </summary>
public sealed class AtomsMetric : ShapesMetric
{
    private readonly AtomsOptions _options;

    /// <summary>The metric.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public AtomsMetric(AtomsOptions? options = null)
        : base(
            "shapes.atoms",
            new("atoms.fid", BetterWhen.Higher, "First quarter second against the initial state, averaged with the first frame's fidelity, 0 to 1."),
            new("atoms.cov", BetterWhen.Higher, "Best score that each state of the varying part reaches anywhere, mean over the states, 0 to 1."),
            new(
                "atoms.coh",
                BetterWhen.Higher,
                "Best transitions between neighbouring states with the rest unchanged, averaged with the share of states shown, 0 to 1."),
            new("atoms.n_exp", BetterWhen.Higher, "Expected number of states shown: coverage times their number."))
    {
        _options = options ?? new AtomsOptions();
        _options.Validate();
    }

    internal override MetricResult Measure(ShapesReadings video)
    {
        VaryingPart part = _options.Part ?? VaryingParts.Of(video.Story).Parts[0];
        AtomScorer scorer = new(video, part, _options);
        double[] coverage = scorer.Coverage();
        double mean = coverage.Average();
        return MetricResult.Of(
            new FigureList()
                .Add("atoms.fid", scorer.Fidelity())
                .Add("atoms.cov", mean)
                .Add("atoms.coh", coverage.Length < 2 ? null : scorer.Coherence(coverage))
                .Add("atoms.n_exp", mean * coverage.Length).Figures) with
        {
            PerScene = new Dictionary<string, IReadOnlyList<double>> { ["atoms.cov"] = coverage },
        };
    }

    private protected override string? WhyNotStory(Story story)
    {
        (IReadOnlyList<VaryingPart> parts, bool shapeVaries) = VaryingParts.Of(story);
        if (parts.Count == 0 && _options.Part is null)
        {
            return shapeVaries ? "the scenes differ in shape, which is no atom" : "nothing varies in the story; name the part in AtomsOptions.Part";
        }
        if (shapeVaries || parts.Count > 1)
        {
            return "the scenes differ in more than one part (" + string.Join(", ", parts.Select(p => p.ToString().ToLowerInvariant())) + ")";
        }
        if (_options.Part is { } wanted && parts.Count == 1 && parts[0] != wanted)
        {
            return $"the scenes differ in {parts[0].ToString().ToLowerInvariant()}, not in {wanted.ToString().ToLowerInvariant()}";
        }
        double shortest = story.Scenes.Min(s => s.FrameCount) / (double)story.FramesPerSecond;
        return (_options.Part ?? parts[0]) == VaryingPart.Motion && shortest < _options.ShortestMotionScene
            ? FormattableString.Invariant($"motion is judged in scenes of {_options.ShortestMotionScene} s at least, the shortest here has {shortest:0.##} s")
            : null;
    }
}
