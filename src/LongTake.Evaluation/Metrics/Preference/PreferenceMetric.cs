using System.Numerics.Tensors;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.Networks;

namespace LongTake.Evaluation.Metrics.Preference;

/// <summary>
/// HPSv2.1: how well people would like each frame as a picture of the prompt in force, the cosine of a CLIP that was trained on what people
/// chose. Source: tgxs002/HPSv2 (arXiv 2306.09341); spec rewards-and-grpo, A2.
/// </summary>
public sealed class PreferenceMetric : IVideoMetric
{
    internal const string Score = "hpsv2.score";
    internal const string Best = "hpsv2.best";
    internal const string Worst = "hpsv2.worst";

    private const double CurveSeconds = 2;

    private readonly IFrameEncoder _frames;
    private readonly ITextEncoder _texts;
    private readonly PreferenceOptions _options;

    /// <summary>The metric through HPSv2.1.</summary>
    /// <param name="weights">Where the weights are; must outlive the metric.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public PreferenceMetric(MetricWeights weights, PreferenceOptions? options = null)
        : this(weights.Hps, weights.HpsText, options)
    {
    }

    /// <summary>The metric through any pair of encoders whose features can be compared.</summary>
    /// <param name="frames">Encodes frames.</param>
    /// <param name="texts">Encodes prompts.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public PreferenceMetric(IFrameEncoder frames, ITextEncoder texts, PreferenceOptions? options = null)
    {
        _options = options ?? new PreferenceOptions();
        _options.Validate();
        _frames = frames;
        _texts = texts;
        string which = _options.FrameStride == 1 ? "all frames" : $"every {_options.FrameStride}th frame";
        Columns =
        [
            new(Score, BetterWhen.Higher, $"HPSv2.1 of {which} with the prompt in force, mean cosine; .2 to .35 as a rule."),
            new(Best, BetterWhen.Higher, $"The same, mean of the best {100 * _options.BestShare:0.#} % of these frames."),
            new(Worst, BetterWhen.Higher, "The same, worst frame."),
        ];
    }

    /// <inheritdoc/>
    public string Name => "hpsv2";

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; }

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) =>
        _frames.WhyNot ?? _texts.WhyNot ?? (video.Prompts.Count == 0 ? "the prompts of the video are not known" : null);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video)
    {
        _texts.Load();
        _frames.Load();
        return new Run(this, video);
    }

    private sealed class Run : MetricRun
    {
        private readonly PreferenceMetric _metric;
        private readonly PromptWalk _prompts;
        private readonly float[] _feature;
        private readonly List<double> _scores = [];
        private readonly double[] _sceneSums;
        private readonly int[] _sceneCounts;
        private readonly SegmentMeans _curve;

        public Run(PreferenceMetric metric, VideoDescription video)
            : base(video)
        {
            _metric = metric;
            _prompts = new PromptWalk(video, metric._texts);
            _feature = new float[metric._frames.Dim];
            _sceneSums = new double[video.Prompts.Count];
            _sceneCounts = new int[video.Prompts.Count];
            _curve = new SegmentMeans(video.FramesPerSecond, CurveSeconds);
        }

        protected override void Take(ReadOnlySpan<byte> frame, int index)
        {
            _prompts.MoveTo(index);
            if (index % _metric._options.FrameStride != 0)
            {
                return;
            }
            _metric._frames.Encode(frame, Video.Height, Video.Width, _feature);
            double score = TensorPrimitives.Dot(_prompts.Feature, _feature);
            _scores.Add(score);
            _sceneSums[_prompts.Current] += score;
            _sceneCounts[_prompts.Current]++;
            _curve.Add(index, score);
        }

        protected override MetricResult Result()
        {
            int best = Math.Max(1, (int)(_metric._options.BestShare * _scores.Count));
            return new MetricResult(
                new Dictionary<string, double>
                {
                    [Score] = _scores.Average(),
                    [Best] = _scores.OrderDescending().Take(best).Average(),
                    [Worst] = _scores.Min(),
                },
                new Dictionary<string, MetricCurve> { [Score] = _curve.ToCurve() })
            {
                PerScene = new Dictionary<string, IReadOnlyList<double>>
                {
                    [Score] = [.. _sceneSums.Select((sum, i) => _sceneCounts[i] > 0 ? sum / _sceneCounts[i] : double.NaN)],
                },
            };
        }
    }
}
