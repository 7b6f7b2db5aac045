using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;
using LongTake.Tensors.Threading;

namespace LongTake.Benchmarks;

/// <summary>Times the analyser of the Shapes world: reading and scoring a rendered story.</summary>
internal static class AnalyserCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "analyser",
        "The analyser of the Shapes world: reading and scoring a story of 81 frames a unit.",
        Run,
        new("units", "6", "units of the story"),
        new("item", "0", "which story"),
        new("threads", "1", "0: all processors"),
        BenchmarkOption.Runs(3));

    private static int Run(Arguments arguments)
    {
        int units = arguments.Integer("units");
        Story story = ShapesSuites.Get(ShapesSuites.Story, arguments.Integer("item")).ToStory(VideoProfile.Standard, units);
        byte[] video = new byte[story.FrameCount * SceneRenderer.FrameBytes(1)];
        story.Render(0, story.FrameCount, video);
        using WorkerPool workers = new(arguments.Integer("threads"));
        VideoAnalyser analyser = new(workers);
        int runs = arguments.Integer("runs");
        FrameReading[] readings = [];
        double total = 0;
        Measurement read = Measurement.Take(runs, () => readings = analyser.Read(video));
        Measurement score = Measurement.Take(runs, () => total = VideoScores.Of(readings, story).Total);
        Measurement.Print(
            arguments,
            ("engine", "longtake"),
            ("work", "analyser"),
            ("threads", workers.Threads),
            ("frames", story.FrameCount),
            ("seconds_min", read.Minimum),
            ("seconds_median", read.Median),
            ("milliseconds_per_frame", 1000 * read.Minimum / story.FrameCount),
            ("scoring_seconds_min", score.Minimum),
            ("total_score", total));
        return 0;
    }
}
