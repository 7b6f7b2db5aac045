namespace LongTake.Evaluation.Reports.Html;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Style">Number of its colour, dash and marker (0 to 7); null for a control, which is grey and has no marker.</param>
/// <param name="Points">Values from left to right; null where there is nothing.</param>
/// <param name="Control">Number of a control's dash (0 to 2).</param>
internal sealed record ChartSeries(string Name, int? Style, IReadOnlyList<ChartPoint> Points, int Control = 0);

/// <summary>A point of a line.</summary>
/// <param name="X">Where.</param>
/// <param name="Y">Value; null where there is nothing.</param>
/// <param name="Low">Lower end of its interval; NaN for none.</param>
/// <param name="High">Upper end.</param>
internal readonly record struct ChartPoint(double X, double? Y, double Low = double.NaN, double High = double.NaN);

/// <summary>
/// Values over time. Lines differ in colour (a palette that colour-blind people tell apart), dash and marker, so that they stay apart on
/// a black and white print.
/// </summary>
internal static class SvgLineChart
{
    private const double PlotHeight = 236;
    private const double LegendRow = 18;

    // Rough, on the wide side: letters at 12 px.
    private const double LetterWidth = 6.9;
    private const double SampleWidth = 44;
    private const int MostMarkers = 12;
    private const double LeastScoreRange = 0.2;

    /// <summary>Draws a chart.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="title">What it shows, for those who cannot see it.</param>
    /// <param name="xLabel">Label of the horizontal axis, with its unit.</param>
    /// <param name="yLabel">Label of the vertical axis.</param>
    /// <param name="series">The lines; at least one with a value.</param>
    /// <param name="style">Styles of a drawing that is a file of its own; null (the default) for one in a page.</param>
    public static void Write(HtmlBuilder html, string title, string xLabel, string yLabel, IReadOnlyList<ChartSeries> series, string? style = null)
    {
        double[] ys = [.. series.SelectMany(s => s.Points).SelectMany(p => new[] { p.Y ?? double.NaN, p.Low, p.High }).Where(double.IsFinite)];
        double[] xs = [.. series.SelectMany(s => s.Points).Select(p => p.X)];
        if (ys.Length == 0)
        {
            return;
        }
        (double Left, double Top)[] legend = Legend(series, out double legendHeight);
        double top = legendHeight + 10;

        SvgPlot plot = new(Axis.Exact(Math.Min(0, xs.Min()), xs.Max()), Vertical(ys.Min(), ys.Max()), top, top + PlotHeight);
        using HtmlBuilder.Scope svg = html.Open(
            "svg",
            ("xmlns", style is null ? null : "http://www.w3.org/2000/svg"),
            ("class", "chart"),
            ("viewBox", $"0 0 {SvgPlot.Place(SvgPlot.Width)} {SvgPlot.Place(plot.Height)}"),
            ("role", "img"),
            ("aria-label", title));
        if (style is not null)
        {
            using HtmlBuilder.Scope element = html.Open("style");
            html.Raw(style);
        }
        plot.Frame(html, xLabel, yLabel);
        foreach (ChartSeries line in series)
        {
            Band(html, plot, line);
        }
        for (int i = 0; i < series.Count; i++)
        {
            Line(html, plot, series[i]);
            Key(html, series[i], legend[i].Left, legend[i].Top);
        }
    }

    /// <summary>A range with the values in it. For scores of 0 to 1 it is not too narrow: small changes must not look large.</summary>
    private static Axis Vertical(double low, double high)
    {
        bool score = low >= 0 && high <= 1.0001;
        double more = score ? Math.Max(0, LeastScoreRange - (high - low)) / 2 : 0;
        return score ? Axis.Of(Math.Max(0, low - more), Math.Min(1, high + more)) : Axis.Of(low, high);
    }

    private static void Band(HtmlBuilder html, SvgPlot plot, ChartSeries line)
    {
        ChartPoint[] points = [.. line.Points.Where(p => double.IsFinite(p.Low) && double.IsFinite(p.High))];
        if (points.Length > 1)
        {
            string upper = plot.Path(points.Select(p => (p.X, (double?)p.High)));
            string lower = plot.Path(points.Reverse().Select(p => (p.X, (double?)p.Low)));
            html.Shape("path", ("class", $"band {Class(line)}"), ("d", $"{upper}L{lower[1..]}Z"));
        }
    }

    private static void Line(HtmlBuilder html, SvgPlot plot, ChartSeries line)
    {
        html.Shape("path", ("class", $"line {Class(line)}"), ("d", plot.Path(line.Points.Select(p => (p.X, p.Y)))));
        if (line.Style is not int style)
        {
            return;
        }
        int every = (line.Points.Count + MostMarkers - 1) / MostMarkers;
        for (int i = 0; i < line.Points.Count; i++)
        {
            ChartPoint point = line.Points[i];

            // Markers of different lines stand at different points, so that they do not hide each other.
            if (point.Y is double value && (every == 1 || i % every == style % every))
            {
                Marker(html, style, plot.AtX(point.X), plot.AtY(value), $"{line.Name}: {Figures.Value(value)} at {SvgPlot.Place(point.X)}");
            }
        }
    }

    private static void Key(HtmlBuilder html, ChartSeries line, double left, double top)
    {
        string x1 = SvgPlot.Place(left), x2 = SvgPlot.Place(left + 26), y = SvgPlot.Place(top);
        html.Shape("path", ("class", $"line {Class(line)}"), ("d", $"M{x1} {y}L{x2} {y}"));
        if (line.Style is int style)
        {
            Marker(html, style, left + 13, top, null);
        }
        html.Leaf("text", line.Name, ("x", SvgPlot.Place(left + 32)), ("y", SvgPlot.Place(top + 4)));
    }

    private static void Marker(HtmlBuilder html, int style, double x, double y, string? hint)
    {
        string shape = (style % 4) switch
        {
            0 => "M-3.5 0A3.5 3.5 0 1 0 3.5 0A3.5 3.5 0 1 0 -3.5 0Z",
            1 => "M-3.2 -3.2H3.2V3.2H-3.2Z",
            2 => "M0 -4.2L4 3.2H-4Z",
            _ => "M0 -4.4L4.4 0L0 4.4L-4.4 0Z",
        };
        string place = $"translate({SvgPlot.Place(x)} {SvgPlot.Place(y)})";
        if (hint is null)
        {
            html.Shape("path", ("class", $"mark s{style}"), ("d", shape), ("transform", place));
            return;
        }
        using HtmlBuilder.Scope mark = html.Open("path", ("class", $"mark s{style}"), ("d", shape), ("transform", place));
        html.Leaf("title", hint);
    }

    private static string Class(ChartSeries line) => line.Style is int style ? $"s{style}" : $"control k{line.Control}";

    private static (double Left, double Top)[] Legend(IReadOnlyList<ChartSeries> series, out double height)
    {
        (double, double)[] places = new (double, double)[series.Count];
        double left = 56, top = 12;
        for (int i = 0; i < series.Count; i++)
        {
            double width = SampleWidth + (LetterWidth * series[i].Name.Length);
            if (left > 56 && left + width > SvgPlot.Width)
            {
                (left, top) = (56, top + LegendRow);
            }
            places[i] = (left, top);
            left += width;
        }
        height = top + 6;
        return places;
    }
}
