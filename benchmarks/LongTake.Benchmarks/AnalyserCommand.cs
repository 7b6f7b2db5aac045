using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;
using LongTake.Tensors.Threading;

namespace LongTake.Benchmarks;

/// <summary>Times the analyser of the Shapes world: reading and scoring a rendered story.</summary>
internal static class AnalyserCommand
{
    public static int Run(Arguments arguments)
    {
        int units = arguments.Integer("units", 6);
        Story story = ShapesSuites.Get(ShapesSuites.Story, arguments.Integer("item", 0)).ToStory(VideoProfile.Standard, units);
        byte[] video = new byte[story.FrameCount * SceneRenderer.FrameBytes(1)];
        story.Render(0, story.FrameCount, video);
        using WorkerPool workers = new(arguments.Integer("threads", 1));
        VideoAnalyser analyser = new(workers);
        int runs = arguments.Integer("runs", 3);
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
