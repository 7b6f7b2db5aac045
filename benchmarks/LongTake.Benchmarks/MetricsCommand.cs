using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Suites;
using LongTake.Tensors.Random;
using LongTake.Tensors.Threading;

namespace LongTake.Benchmarks;

/// <summary>Times the metrics without networks on a rendered story: each alone, and all in one pass as evaluations run them.</summary>
internal static class MetricsCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "metrics",
        "The metrics without networks on a rendered story, all in one pass and each alone.",
        Run,
        new("units", "6", "units of the story"),
        new("item", "0", "which story"),
        new("noise", "0", "largest change of a value by noise, as generated frames have"),
        new("each", "1", "whether each is timed alone, too (0: all in one pass only)"),
        BenchmarkOption.Threads,
        BenchmarkOption.Runs(3));

    private static void Disturb(Span<byte> frames, int most)
    {
        CounterRandom random = new(1, 1);
        for (int i = 0; most > 0 && i < frames.Length; i++)
        {
            frames[i] = (byte)Math.Clamp(frames[i] + random.NextInt((2 * most) + 1) - most, 0, 255);
        }
    }

    private static int Run(Arguments arguments)
    {
        int units = arguments.Integer("units"), runs = arguments.Integer("runs");
        PromptVideo item = PromptSuite.Shapes("story", units).Items[arguments.Integer("item")].At(LongTake.Evaluation.Shapes.VideoProfile.Standard, units);
        VideoDescription video = item.Describe(64, 64);
        byte[] frames = new byte[video.FrameCount * video.FrameBytes];
        item.Truth!.Render(0, video.FrameCount, frames);
        Disturb(frames, arguments.Integer("noise"));
        using WorkerPool workers = new(arguments.Integer("threads"));
        List<(string, object)> figures = [("engine", "longtake"), ("work", "metrics"), ("threads", workers.Threads), ("frames", video.FrameCount)];
        IReadOnlyList<IVideoMetric> metrics = StandardMetrics.WithoutNetworks();
        figures.Add(("milliseconds_per_frame", Time(new MetricSet(metrics))));
        bool each = arguments.Integer("each") != 0;
        foreach (IVideoMetric metric in metrics.Where(m => each && m.WhyNot(video) is null))
        {
            figures.Add((metric.Name, Time(new MetricSet([metric]))));
        }
        Measurement.Print(arguments, [.. figures]);
        return 0;

        double Time(MetricSet set) => Math.Round(1000 * Measurement.Take(runs, () => set.Measure(video, frames, workers)).Minimum / video.FrameCount, 4);
    }
}
