using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>Whether the video shows again what it showed before, although the story does not.</summary>
public sealed class RepetitionMetric() : ShapesMetric(
    "shapes.repetition",
    new("early_return", BetterWhen.Lower,
        "Sink collapse: share of the frames after the first scene, of those whose prompt asks for another subject or background, that show the first scene."),
    new("loop", BetterWhen.Lower, "Largest share over all lags from 1 s to half of the video of frames that come back after that lag although they should not."),
    new("loop.lag", BetterWhen.Neither, "That lag in seconds; absent when nothing comes back."))
{
    // As near as a reset must be; and as far as places of the story must be apart to count as different whatever the error of the reading.
    private const double SamePixels = 2;
    private const double OtherPixels = 4;

    internal override MetricResult Measure(ShapesReadings video)
    {
        (double? share, List<int> frames) = EarlyReturn(video.Frames, video.Story);
        (double loop, int lag) = Loop(video.Frames, video.Story);
        FigureList figures = new FigureList().Add("early_return", share).Add("loop", loop);
        return MetricResult.Of(figures.Add("loop.lag", loop > 0 ? (double)lag / video.Story.FramesPerSecond : null).Figures) with
        {
            Events = new Dictionary<string, IReadOnlyList<int>> { ["early_return"] = frames },
        };
    }

    /// <summary>Share, and the frames in which it begins; null when no later prompt asks for anything else than the first.</summary>
    private static (double? Share, List<int> Begins) EarlyReturn(ReadOnlySpan<FrameReading> readings, Story story)
    {
        StoryScene first = story.Scenes[0];
        ReadOnlySpan<FrameReading> shown = readings[..first.EndFrame];
        ClipClassification seen = ClipClassification.Of(shown, story.FramesPerSecond);
        int count = 0, returned = 0;
        List<int> begins = [];
        foreach (StoryScene scene in story.Scenes.Skip(1))
        {
            if (Look(scene.State) == Look(first.State))
            {
                continue;
            }
            bool before = false;
            for (int i = scene.StartFrame; i < scene.EndFrame; i++, count++)
            {
                ref readonly FrameReading reading = ref readings[i];
                bool now = reading.IsPresent && seen.Identity == reading.State.Identity
                    && (reading.Texture, reading.Palette) == (seen.Texture, seen.Palette)
                    && Look(reading.State) != Look(scene.State) && WasThere(shown, reading);
                returned += now ? 1 : 0;
                if (now && !before)
                {
                    begins.Add(i);
                }
                before = now;
            }
        }
        return (count == 0 ? null : (double)returned / count, begins);
    }

    private static ((int, int, int, int) Identity, (int, int) Background) Look(SceneState state) => (state.Identity, state.Background);

    private static bool WasThere(ReadOnlySpan<FrameReading> shown, in FrameReading reading)
    {
        foreach (ref readonly FrameReading early in shown)
        {
            if (early.IsPresent && TorusDistance.Between(early.X, early.Y, reading.X, reading.Y) <= SamePixels)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// A frame comes back when it looks the same after the lag, with the subject in the same place, and did not look so half-way (or else it
    /// stands still); it should not when the story has another look or another place there.
    /// </summary>
    private static (double Share, int Lag) Loop(ReadOnlySpan<FrameReading> readings, Story story)
    {
        int frames = readings.Length;
        (SceneState Look, double X, double Y)[] told = new (SceneState, double, double)[frames];
        for (int i = 0; i < frames; i++)
        {
            (double x, double y) = story.PositionAt(i);
            told[i] = (story.Scenes[story.SceneIndexAt(i)].State, x, y);
        }
        double best = 0;
        int bestLag = 0;
        for (int lag = story.FramesPerSecond; lag <= frames / 2; lag++)
        {
            int back = 0;
            for (int i = 0; i + lag < frames; i++)
            {
                back += Same(readings[i], readings[i + lag]) && !Same(readings[i], readings[i + lag / 2]) && Differs(told[i], told[i + lag]) ? 1 : 0;
            }
            double share = (double)back / (frames - lag);
            (best, bestLag) = share > best ? (share, lag) : (best, bestLag);
        }
        return (best, bestLag);
    }

    private static bool Same(in FrameReading a, in FrameReading b) =>
        a.IsPresent && b.IsPresent && TorusDistance.Between(a.X, a.Y, b.X, b.Y) <= SamePixels && a.State == b.State;

    private static bool Differs((SceneState Look, double X, double Y) a, (SceneState Look, double X, double Y) b) =>
        Look(a.Look) != Look(b.Look) || TorusDistance.Between(a.X, a.Y, b.X, b.Y) > OtherPixels;
}
