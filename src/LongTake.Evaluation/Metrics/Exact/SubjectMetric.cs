namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>Whether the subject is there, is the one asked for, stays itself, and is alone.</summary>
public sealed class SubjectMetric() : ShapesMetric(
    "shapes.subject",
    new("presence", BetterWhen.Higher, "Share of frames with a subject."),
    new("dup", BetterWhen.Lower, "Area of other coloured things as a share of the subject's."),
    new("identity", BetterWhen.Higher, "Shape, colour, size and mark of the subject against the prompt, 0 to 1."),
    new("self_identity", BetterWhen.Higher, "The same against what the video itself showed from 0.25 to 1 s, 0 to 1."),
    new("xid", BetterWhen.Higher, "Whether the subject of each scene is that of the scenes before, mean over pairs of scenes, 0 to 1."))
{
    internal override MetricResult Measure(ShapesReadings video) => new(
        new FigureList()
            .Add("presence", video.Scores.Presence)
            .Add("dup", video.Scores.Duplicates)
            .Add("identity", video.Scores.Identity)
            .Add("self_identity", video.Scores.SelfIdentity)
            .Add("xid", video.Scores.CrossIdentity).Figures,
        new Dictionary<string, MetricCurve> { ["identity"] = video.Curve(video.Curves.Identity) });
}
