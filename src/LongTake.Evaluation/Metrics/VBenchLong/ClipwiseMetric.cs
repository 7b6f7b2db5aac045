using LongTake.Evaluation.Metrics.TextAlignment;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.VBenchLong;

/// <summary>
/// VBench-Long: a metric measured on short clips of a video and averaged over them, a last clip that overlaps with full weight. Every clip
/// may be fine while the video drifts, so this sees no slow change. Source: spec metrics, sections 4.1, 4.2 and 4.4.
/// </summary>
public sealed class ClipwiseMetric : IVideoMetric
{
    /// <summary>What the names of VBench-Long's figures begin with.</summary>
    public const string Prefix = "vbench_long.";

    // How a score drifts within two seconds says nothing.
    private const string DriftPrefix = "drift.";

    private readonly IVideoMetric _metric;
    private readonly MetricColumn[] _inner;
    private readonly ClipOptions _options;

    /// <summary>
    /// Wraps a metric. Figures are called <c>vbench_long.*</c> where they were <c>vbench.*</c>, and others the same with
    /// that in front; drift figures are left out.
    /// </summary>
    /// <param name="metric">The metric of a clip.</param>
    /// <param name="options">How long clips are; null for the defaults.</param>
    /// <param name="suffix">Put behind all names.</param>
    /// <param name="figures">The figures to keep, by their names in <paramref name="metric"/>; null for all.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public ClipwiseMetric(IVideoMetric metric, ClipOptions? options = null, string suffix = "", IReadOnlyList<string>? figures = null)
    {
        _metric = metric;
        _options = options ?? new ClipOptions();
        _options.Validate();
        Name = NameOf(metric.Name) + suffix;
        _inner = [.. metric.Columns.Where(c => !c.Name.StartsWith(DriftPrefix, StringComparison.Ordinal) && figures?.Contains(c.Name) != false)];
        Columns =
        [
            .. _inner.Select(c => c with
            {
                Name = NameOf(c.Name) + suffix,
                Description = $"Mean over clips of {_options.Seconds} s of: {c.Description}",
            }),
        ];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; }

    /// <summary>
    /// A consistency metric inside clips only: the term A of VBench-Long's score, which is also what its code gives with the development flag
    /// left out. Called <c>*.in_clip</c>, so that nobody takes it for the fused score.
    /// </summary>
    public static ClipwiseMetric InClip(IVideoMetric metric, ClipOptions? options = null) => new(metric, options, ".in_clip");

    /// <summary>
    /// Text alignment, in each clip with the prompts in force in it. The score alone: a clip rarely has another prompt to be compared with, and no time to wait
    /// for a change. It is no dimension of VBench, hence its name.
    /// </summary>
    /// <param name="metric">The metric of a clip.</param>
    /// <param name="options">How long clips are; null for the defaults.</param>
    public static ClipwiseMetric TextAlignment(TextAlignmentMetric metric, ClipOptions? options = null) =>
        new(metric, options, figures: [TextAlignmentMetric.Score]);

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => ClipPlan.Cut(video.FrameCount, video.FramesPerSecond, _options)
        .Select(c => _metric.WhyNot(ClipPlan.Describe(video, c))).FirstOrDefault(why => why is not null);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video) => new Run(this, video);

    /// <summary>The name of a figure in VBench-Long.</summary>
    internal static string NameOf(string name) =>
        Prefix + (name.StartsWith(VBenchQuality.Prefix, StringComparison.Ordinal) ? name[VBenchQuality.Prefix.Length..] : name);

    private sealed class Run(ClipwiseMetric metric, VideoDescription video) : MetricRun(video)
    {
        private readonly ClipRuns _clips = new(metric._metric, video, ClipPlan.Cut(video.FrameCount, video.FramesPerSecond, metric._options));

        public override void Dispose()
        {
            _clips.Dispose();
            base.Dispose();
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index) => _clips.Take(frame, index);

        protected override MetricResult Result()
        {
            Dictionary<string, double> figures = [];
            foreach ((MetricColumn inner, MetricColumn column) in metric._inner.Zip(metric.Columns))
            {
                if (_clips.Mean(inner.Name) is double mean && !double.IsNaN(mean))
                {
                    figures.Add(column.Name, mean);
                }
            }
            // The scores of the clips; the last point is that of the clip that ends with the video.
            string first = metric._inner[0].Name;
            double[] scores = [.. _clips.Results.Select(r => r.Figures.TryGetValue(first, out double score) ? score : double.NaN)];
            return new MetricResult(figures, new Dictionary<string, MetricCurve> { [metric.Columns[0].Name] = new(metric._options.Seconds, scores) });
        }
    }
}
