using LongTake.Evaluation.Metrics.Drift;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Models.Vision;

namespace LongTake.Evaluation.Metrics.Aesthetic;

/// <summary>
/// LAION's aesthetic score of every frame, divided by 10. Source: VBench; spec metrics, section 2.6, and metric-models, section 3.
/// </summary>
/// <param name="column">Name, direction and meaning.</param>
/// <param name="encoder">Makes CLIP's embedding.</param>
/// <param name="whyNoHead">Why the head cannot be had; null when it can.</param>
/// <param name="loadHead">Reads the head.</param>
public sealed class AestheticScore(MetricColumn column, IFrameEncoder encoder, string? whyNoHead, Func<AestheticHead> loadHead) : IFrameScore
{
    /// <inheritdoc/>
    public MetricColumn Column { get; } = column;

    /// <summary>VBench's aesthetic quality, through CLIP ViT-L/14, with its drift.</summary>
    public static IVideoMetric Quality(MetricWeights weights) => new FrameScoreMetric(new AestheticScore(
        new MetricColumn("vbench.aesthetic_quality", BetterWhen.Higher, "LAION's aesthetic score through CLIP ViT-L/14, divided by 10; .45 to .70 as a rule."),
        weights.ClipLarge14,
        weights.WhyNot(MetricNetwork.AestheticLarge14),
        () => weights.LoadHead(MetricNetwork.AestheticLarge14, weights.ClipLarge14.Dim)));

    /// <summary>The same through CLIP ViT-B/32: a score of its own, cheaper, and not VBench's.</summary>
    public static IVideoMetric Base32(MetricWeights weights) => new FrameScoreMetric(new AestheticScore(
        new MetricColumn("aesthetic_b32", BetterWhen.Higher, "LAION's aesthetic score through CLIP ViT-B/32, divided by 10; not VBench's."),
        weights.ClipBase32,
        weights.WhyNot(MetricNetwork.AestheticBase32),
        () => weights.LoadHead(MetricNetwork.AestheticBase32, weights.ClipBase32.Dim)));

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => encoder.WhyNot ?? whyNoHead;

    /// <inheritdoc/>
    public IFrameScorer Start(VideoDescription video)
    {
        AestheticHead head = loadHead();
        encoder.Load();
        return new Scorer(encoder, head, video);
    }

    private sealed class Scorer(IFrameEncoder encoder, AestheticHead head, VideoDescription video) : IFrameScorer
    {
        private readonly float[] _embedding = new float[encoder.Dim];

        public double Score(ReadOnlySpan<byte> frame)
        {
            encoder.Encode(frame, video.Height, video.Width, _embedding);
            return head.Score(_embedding) / 10;
        }

        public void Dispose()
        {
        }
    }
}
