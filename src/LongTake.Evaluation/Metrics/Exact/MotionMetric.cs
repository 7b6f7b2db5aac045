using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>Whether the subject moves as it was asked to: the kind (direction) and the speed.</summary>
public sealed class MotionMetric() : ShapesMetric(
    "shapes.motion",
    new("motion", BetterWhen.Higher, "Motion (kind, direction and speed) in windows of 2 s against the prompt, 0 to 1."),
    new("motion.direction", BetterWhen.Higher, "Kind and direction of motion at whichever speed fits better, against the prompt, 0 to 1."),
    new("motion.speed", BetterWhen.Higher, "Length of the path against the prompted one whatever its direction, 1 within 5 %, 0 at half or twice."),
    new("frozen", BetterWhen.Lower, "Share of windows with a moving prompt in which the subject goes less than a quarter of the way."))
{
    private const double SpeedTolerance = 0.05;
    private const double LeastPresent = 0.75;

    internal override MetricResult Measure(ShapesReadings video) => new(
        new FigureList()
            .Add("motion", video.Scores.Motion)
            .Add("motion.direction", video.Motion.Direction)
            .Add("motion.speed", Speed(video.Frames, video.Story))
            .Add("frozen", video.Scores.Frozen).Figures,
        new Dictionary<string, MetricCurve> { ["motion"] = video.Curve(video.Curves.Motion) });

    private protected override string? WhyNotStory(Story story) =>
        story.Scenes.Any(s => s.FrameCount > story.FramesPerSecond) ? null : "no scene lasts longer than a second";

    /// <summary>Mean over the windows of scenes that move; null when there are none.</summary>
    private static double? Speed(ReadOnlySpan<FrameReading> readings, Story story)
    {
        double sum = 0;
        int count = 0;
        foreach (StoryScene scene in story.Scenes)
        {
            if (scene.State.Kind == MotionKind.Still)
            {
                continue;
            }
            foreach (MotionWindow window in MotionWindow.Of(scene.StartFrame, scene.EndFrame, story.FramesPerSecond))
            {
                sum += Speed(readings, story, window);
                count++;
            }
        }
        return count == 0 ? null : sum / count;
    }

    /// <summary>
    /// Paths are measured in steps of a quarter second: from frame to frame the error of the measured places would add up to a detour.
    /// </summary>
    private static double Speed(ReadOnlySpan<FrameReading> readings, Story story, MotionWindow window)
    {
        int step = Math.Max(1, story.FramesPerSecond / 4), steps = window.Frames - step, seen = 0;
        double path = 0, prompted = 0;
        for (int i = window.Start; i < window.Start + steps; i++)
        {
            ref readonly FrameReading from = ref readings[i], to = ref readings[i + step];
            if (!from.IsPresent || !to.IsPresent)
            {
                continue;
            }
            seen++;
            path += TorusDistance.Between(from.X, from.Y, to.X, to.Y);
            (double x, double y) = story.PositionAt(i);
            (double nextX, double nextY) = story.PositionAt(i + step);
            prompted += TorusDistance.Between(x, y, nextX, nextY);
        }
        if (seen < LeastPresent * steps || path <= 0)
        {
            return 0;
        }
        double distance = Math.Abs(Math.Log(path / prompted));
        return FrameScores.Clamp(1 - Math.Max(0, distance - SpeedTolerance) / (Math.Log(2) - SpeedTolerance));
    }
}
