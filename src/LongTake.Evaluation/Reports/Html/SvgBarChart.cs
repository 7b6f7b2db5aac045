namespace LongTake.Evaluation.Reports.Html;

/// <summary>Counts at consecutive numbers, such as jumps a chunk.</summary>
internal static class SvgBarChart
{
    private const double PlotHeight = 150;
    private const double MostWidth = 36;

    /// <summary>Draws a chart.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="title">Shown above it, and read to those who cannot see it.</param>
    /// <param name="xLabel">Label of the horizontal axis.</param>
    /// <param name="yLabel">Label of the vertical axis.</param>
    /// <param name="values">Heights of the bars at 0, 1, 2, ...; not negative.</param>
    /// <param name="top">Upper end of the vertical axis, so that charts beside each other compare.</param>
    /// <param name="style">Number of the bars' colour (0 to 7); null for a control.</param>
    public static void Write(HtmlBuilder html, string title, string xLabel, string yLabel, IReadOnlyList<double> values, double top, int? style)
    {
        SvgPlot plot = new(Axis.Counting(values.Count), Axis.Of(0, top > 0 ? top : 1, 3), 26, 26 + PlotHeight);
        using HtmlBuilder.Scope svg = html.Open(
            "svg", ("class", "chart"), ("viewBox", $"0 0 {SvgPlot.Place(SvgPlot.Width)} {SvgPlot.Place(plot.Height)}"), ("role", "img"), ("aria-label", title));
        html.Leaf("text", title, ("class", "heading"), ("x", "56"), ("y", "15"));
        plot.Frame(html, xLabel, yLabel);

        // Bars touch when there are many, and are no slabs when there are few.
        double pitch = plot.AtX(1) - plot.AtX(0), width = Math.Min(MostWidth, Math.Max(pitch - 2, pitch * 0.85));
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] <= 0)
            {
                continue;
            }
            double y = plot.AtY(values[i]);
            using HtmlBuilder.Scope bar = html.Open(
                "rect", ("class", style is int s ? $"bar s{s}" : "bar control"), ("x", SvgPlot.Place(plot.AtX(i) - (width / 2))), ("y", SvgPlot.Place(y)),
                ("width", SvgPlot.Place(width)), ("height", SvgPlot.Place(plot.Floor - y)));
            html.Leaf("title", $"{i}: {Figures.Value(values[i])}");
        }
    }
}
