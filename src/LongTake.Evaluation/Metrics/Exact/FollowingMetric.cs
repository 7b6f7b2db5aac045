using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>Whether the video follows its prompts, scene by scene, and how fast it reacts to a new one.</summary>
public sealed class FollowingMetric() : ShapesMetric(
    "shapes.following",
    new("following", BetterWhen.Higher, "Mean of identity, background and motion of a scene, mean over the scenes, 0 to 1."),
    new("latency", BetterWhen.Lower, "Seconds from a cut until what it changed is there, mean over the cuts; at most the scene's length."),
    new("margin", BetterWhen.Higher, "Following of the own prompt minus that of the one before, mean over the cuts."))
{
    internal override MetricResult Measure(ShapesReadings video)
    {
        IReadOnlyList<SceneScores> scenes = video.Scores.Scenes;
        return new MetricResult(
            new FigureList()
                .Add("following", video.Scores.Following)
                .Add("latency", video.Scores.Latency)
                .Add("margin", video.Scores.Margin).Figures,
            new Dictionary<string, MetricCurve> { ["following"] = video.Curve(video.Curves.Following) })
        {
            PerScene = new Dictionary<string, IReadOnlyList<double>>
            {
                ["following"] = [.. scenes.Select(s => s.Following)],
                ["identity"] = [.. scenes.Select(s => s.Identity)],
                ["background"] = [.. scenes.Select(s => s.Background)],
                ["motion"] = [.. scenes.Select(s => s.Motion ?? double.NaN)],
                ["latency"] = [.. scenes.Select(s => s.Latency ?? double.NaN)],
                ["margin"] = [.. scenes.Select(s => s.Margin ?? double.NaN)],
            },
        };
    }
}
