namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>The quality of the picture, whatever it shows: each frame is compared with a perfect drawing of what was read in it.</summary>
public sealed class PictureMetric() : ShapesMetric(
    "shapes.picture",
    new("fidelity", BetterWhen.Higher, "Closeness to a perfect drawing of the same content relative to what the VAE keeps, 0 (10 dB) to 1 (40 dB)."),
    new("flicker", BetterWhen.Higher, "Steadiness from frame to frame: exp of minus the change beyond that of the content, over 0.02."),
    new("d_luma", BetterWhen.NearZero, "Change of brightness from the first to the last 5 s in 8-bit levels, content removed."),
    new("d_chroma", BetterWhen.NearZero, "Change of saturation from the first to the last 5 s in 8-bit levels, content removed."),
    new("life", BetterWhen.Higher, "Seconds until the 2 s mean of the worse of fidelity and identity first falls below one half; the duration if never."))
{
    internal override MetricResult Measure(ShapesReadings video) => new(
        new FigureList()
            .Add("fidelity", video.Scores.Fidelity)
            .Add("flicker", video.Scores.Flicker)
            .Add("d_luma", video.Scores.LumaDrift)
            .Add("d_chroma", video.Scores.ChromaDrift)
            .Add("life", video.Scores.Life).Figures,
        new Dictionary<string, MetricCurve> { ["fidelity"] = video.Curve(video.Curves.Fidelity) });
}
