using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>
/// Whether a scene that comes back after another one is shown again as it was. Source: spec/benchmarks.md sections 4.6 (the recall suite) and 4.10.
/// </summary>
public sealed class RecallMetric() : ShapesMetric(
    "shapes.recall",
    new("recall.background", BetterWhen.Higher, "Background of the scenes that come back, against their prompt, 0 to 1."),
    new(
        "recall.similarity",
        BetterWhen.Higher,
        "Subject, background and motion of the scenes that come back, against what the video showed the first time, 0 to 1."))
{
    internal override MetricResult Measure(ShapesReadings video)
    {
        double background = 0, similarity = 0;
        int count = 0;
        foreach ((int first, int again) in Pairs(video.Story))
        {
            background += video.Scores.Scenes[again].Background;
            similarity += Similarity(video, first, again);
            count++;
        }
        return MetricResult.Of(
            new FigureList().Add("recall.background", background / count).Add("recall.similarity", similarity / count).Figures);
    }

    private protected override string? WhyNotStory(Story story) => Pairs(story).Any() ? null : "no scene of the story comes back after another one";

    /// <summary>Scenes whose state was there before, with another one in between, and the scene that had it first.</summary>
    private static IEnumerable<(int First, int Again)> Pairs(Story story)
    {
        for (int i = 2; i < story.Scenes.Count; i++)
        {
            SceneState state = story.Scenes[i].State;
            int first = 0;
            while (story.Scenes[first].State != state)
            {
                first++;
            }
            if (first < i - 1 && story.Scenes[i - 1].State != state)
            {
                yield return (first, i);
            }
        }
    }

    private static double Similarity(ShapesReadings video, int first, int again)
    {
        StoryScene scene = video.Story.Scenes[first];
        ClipClassification seen = ClipClassification.Of(video.Frames.Slice(scene.StartFrame, scene.FrameCount), video.Story.FramesPerSecond);
        (int start, int end) = FrameCurves.AfterGrace(video.Story, again);
        double identity = 0, background = 0;
        foreach (ref readonly FrameReading reading in video.Frames[start..end])
        {
            identity += seen.Identity is { } subject ? FrameScores.Identity(reading, subject) : 0;
            background += FrameScores.Background(reading, (seen.Texture, seen.Palette));
        }
        (identity, background) = (identity / (end - start), background / (end - start));
        return seen.Motion is { } motion
            && video.Motion.SceneMean(again, (scene.State with { Kind = motion.Kind, Speed = motion.Speed }).MotionIndex) is double moves
            ? (identity + background + moves) / 3
            : (identity + background) / 2;
    }
}
