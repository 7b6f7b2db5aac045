using System.Numerics.Tensors;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.TextAlignment;

/// <summary>A measurement of text alignment: encodes the frames that a prompt is compared with, and after a change those until it has come.</summary>
internal sealed class TextAlignmentRun : MetricRun
{
    private readonly TextAlignmentMetric _metric;
    private readonly PromptWalk _prompts;
    private readonly double[] _cosines;
    private readonly float[] _feature;
    private readonly Segment[] _segments;

    public TextAlignmentRun(TextAlignmentMetric metric, TextAlignmentOptions options, VideoDescription video)
        : base(video)
    {
        _metric = metric;
        _prompts = new PromptWalk(video, metric.Texts);
        _cosines = new double[_prompts.Features.Length];
        _feature = new float[metric.Frames.Dim];
        _segments = new Segment[video.Prompts.Count];
        for (int k = 0; k < _segments.Length; k++)
        {
            int start = video.Prompts[k].StartFrame;
            int end = _prompts.EndOf(k);
            int text = _prompts.Texts[k];
            int window = Math.Clamp((int)Math.Round(options.LatencyWindow * video.FramesPerSecond), 1, end - start);
            _segments[k] = new Segment(start, end, text, _cosines.Length)
            {
                Frames = MiddleFrames.Of(end - start, options.FramesPerPrompt),
                Latency = k > 0 && text != _prompts.Texts[k - 1] ? new SwitchLatency(window) : null,
            };
        }
    }

    protected override void Take(ReadOnlySpan<byte> frame, int index)
    {
        _prompts.MoveTo(index);
        Segment segment = _segments[_prompts.Current];
        // Where a segment is shorter than the frames wanted of it, its last frame counts several times.
        int weight = segment.Frames.AsSpan().Count(index - segment.Start);
        bool isAwaited = segment.Latency is { Frames: null };
        if (weight == 0 && !isAwaited)
        {
            return;
        }
        _metric.Frames.Encode(frame, Video.Height, Video.Width, _feature);
        for (int t = 0; t < _cosines.Length; t++)
        {
            _cosines[t] = TensorPrimitives.Dot(_prompts.Features[t], _feature);
            segment.Sums[t] += weight * _cosines[t];
        }
        if (isAwaited)
        {
            segment.Latency!.Add(_cosines[segment.Text] - _cosines[_prompts.Texts[_prompts.Current - 1]]);
        }
    }

    protected override MetricResult Result()
    {
        double[] scores = [.. _segments.Select(s => s.ScoreWith(s.Text))];
        double[] margins = [.. _segments.Select(s => s.Margin)];
        Dictionary<string, double> figures = new() { [TextAlignmentMetric.Score] = scores.Average() };
        if (_cosines.Length > 1)
        {
            figures.Add(TextAlignmentMetric.Margin, margins.Average());
        }
        Segment[] switches = [.. _segments.Where(s => s.Latency is not null)];
        if (switches.Length > 0)
        {
            figures.Add(TextAlignmentMetric.Latency, switches.Average(s => (s.Latency!.Frames ?? (s.End - s.Start)) / Video.FramesPerSecond));
            figures.Add(TextAlignmentMetric.Followed, switches.Average(s => s.Latency!.Frames is null ? 0.0 : 1.0));
        }
        return new MetricResult(figures, new Dictionary<string, MetricCurve>())
        {
            PerScene = new Dictionary<string, IReadOnlyList<double>>
            {
                [TextAlignmentMetric.Score] = scores,
                [TextAlignmentMetric.Margin] = margins,
                [TextAlignmentMetric.Latency] = [.. _segments.Select(s => s.Latency?.Frames / Video.FramesPerSecond ?? double.NaN)],
            },
        };
    }

    /// <summary>The time of a prompt.</summary>
    private sealed class Segment(int start, int end, int text, int texts)
    {
        public int Start { get; } = start;

        /// <summary>The frame after its last.</summary>
        public int End { get; } = end;

        /// <summary>Its prompt, among the different ones.</summary>
        public int Text { get; } = text;

        /// <summary>Frames that are compared with the prompts, from the start of the segment.</summary>
        public required int[] Frames { get; init; }

        /// <summary>The change to its prompt; null when there is none.</summary>
        public SwitchLatency? Latency { get; init; }

        /// <summary>Sums of cosines with all different prompts.</summary>
        public double[] Sums { get; } = new double[texts];

        /// <summary>Score with its own prompt minus the mean score with the others; NaN when there are none.</summary>
        public double Margin => Sums.Length == 1 ? double.NaN : ScoreWith(Text) - Enumerable.Range(0, Sums.Length).Where(t => t != Text).Average(ScoreWith);

        public double ScoreWith(int prompt) => 100 * Sums[prompt] / Frames.Length;
    }
}
