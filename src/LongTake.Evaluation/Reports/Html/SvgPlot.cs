using System.Globalization;
using System.Text;

namespace LongTake.Evaluation.Reports.Html;

/// <summary>The frame that all charts share: axes with marks and labels, and the way from values to places. All colours come from the style sheet.</summary>
internal sealed class SvgPlot
{
    public const double Width = 560;

    private const double Left = 56;
    private const double Right = 12;
    private const double Bottom = 44;

    private readonly double _top;
    private readonly double _height;

    public SvgPlot(Axis x, Axis y, double top, double height)
    {
        (X, Y, _top, _height) = (x, y, top, height);
    }

    public Axis X { get; }

    public Axis Y { get; }

    /// <summary>Height of the whole drawing.</summary>
    public double Height => _height;

    /// <summary>Place of the lower border.</summary>
    public double Floor => _height - Bottom;

    /// <summary>Horizontal place of a value.</summary>
    public double AtX(double value) => Left + ((value - X.Low) / (X.High - X.Low) * (Width - Left - Right));

    /// <summary>Vertical place of a value.</summary>
    public double AtY(double value) => Floor - ((value - Y.Low) / (Y.High - Y.Low) * (Floor - _top));

    /// <summary>Draws grid, axes and labels.</summary>
    public void Frame(HtmlBuilder svg, string xLabel, string yLabel)
    {
        foreach (double mark in Y.Marks)
        {
            double y = AtY(mark);
            svg.Shape("line", ("class", "grid"), ("x1", Place(Left)), ("x2", Place(Width - Right)), ("y1", Place(y)), ("y2", Place(y)));
            svg.Leaf("text", Y.Text(mark), ("x", Place(Left - 6)), ("y", Place(y + 4)), ("text-anchor", "end"));
        }
        foreach (double mark in X.Marks)
        {
            double x = AtX(mark);
            svg.Shape("line", ("class", "axis"), ("x1", Place(x)), ("x2", Place(x)), ("y1", Place(Floor)), ("y2", Place(Floor + 4)));
            svg.Leaf("text", X.Text(mark), ("x", Place(x)), ("y", Place(Floor + 17)), ("text-anchor", "middle"));
        }
        svg.Shape("line", ("class", "axis"), ("x1", Place(Left)), ("x2", Place(Width - Right)), ("y1", Place(Floor)), ("y2", Place(Floor)));
        svg.Leaf("text", xLabel, ("class", "label"), ("x", Place((Left + Width - Right) / 2)), ("y", Place(_height - 8)), ("text-anchor", "middle"));
        double middle = (_top + Floor) / 2;
        svg.Leaf(
            "text", yLabel, ("class", "label"), ("x", "0"), ("y", "0"), ("text-anchor", "middle"),
            ("transform", $"translate(13 {Place(middle)}) rotate(-90)"));
    }

    /// <summary>A place in the drawing, to a tenth of a pixel.</summary>
    public static string Place(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>A path through points; breaks where a value is missing.</summary>
    public string Path(IEnumerable<(double X, double? Y)> points)
    {
        StringBuilder path = new();
        bool drawing = false;
        foreach ((double x, double? y) in points)
        {
            if (y is double value)
            {
                path.Append(drawing ? 'L' : 'M').Append(Place(AtX(x))).Append(' ').Append(Place(AtY(value)));
            }
            drawing = y is not null;
        }
        return path.ToString();
    }
}
