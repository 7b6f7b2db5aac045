using LongTake.Evaluation.Metrics.Networks;

namespace LongTake.Evaluation.Metrics.TextAlignment;

/// <summary>
/// How well each part of a video fits the prompt in force, through CLIP: score, margin over the other prompts of the story, and the time that
/// the picture takes to follow a new prompt. Source: LongLive, MemFlow; spec metrics, section 6.1.
/// </summary>
public sealed class TextAlignmentMetric : IVideoMetric
{
    internal const string Prefix = "clip.";
    internal const string Score = Prefix + "score";
    internal const string Margin = Prefix + "margin";
    internal const string Latency = Prefix + "latency";
    internal const string Followed = Prefix + "followed";

    private readonly TextAlignmentOptions _options;

    /// <summary>The metric through CLIP ViT-B/32.</summary>
    /// <param name="weights">Where the weights are; must outlive the metric.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public TextAlignmentMetric(MetricWeights weights, TextAlignmentOptions? options = null)
        : this(weights.ClipBase32, weights.ClipText, options)
    {
    }

    /// <summary>The metric through any pair of encoders whose features can be compared.</summary>
    /// <param name="frames">Encodes frames.</param>
    /// <param name="texts">Encodes prompts.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public TextAlignmentMetric(IFrameEncoder frames, ITextEncoder texts, TextAlignmentOptions? options = null)
    {
        _options = options ?? new TextAlignmentOptions();
        _options.Validate();
        Frames = frames;
        Texts = texts;
    }

    /// <inheritdoc/>
    public string Name => Score;

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; } =
    [
        new(Score, BetterWhen.Higher, "Mean over prompts of the cosine between frames and the prompt in force through CLIP, times 100; 20 to 30 as a rule."),
        new(Margin, BetterWhen.Higher, "By how much that exceeds the mean score with the other prompts of the story."),
        new(
            Latency,
            BetterWhen.Lower,
            "Mean over changes of prompt of the seconds until the picture fits the new prompt better; all of its time where it never does."),
        new(Followed, BetterWhen.Higher, "Share of the changes of prompt after which the picture came to fit the new prompt better, 0 to 1."),
    ];

    internal IFrameEncoder Frames { get; }

    internal ITextEncoder Texts { get; }

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video)
    {
        if ((Frames.WhyNot ?? Texts.WhyNot) is string missing)
        {
            return missing;
        }
        return video.Prompts.Count == 0 ? "the prompts of the video are not known"
            : video.Prompts[^1].StartFrame >= video.FrameCount ? "its last prompt starts after its last frame"
            : null;
    }

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video)
    {
        Texts.Load();
        Frames.Load();
        return new TextAlignmentRun(this, _options, video);
    }
}
