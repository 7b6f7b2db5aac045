namespace LongTake.Evaluation.Shapes;

/// <summary>
/// The sample points of a row across a shape, a quarter of a pixel apart. Where the shape ends in a row is computed; a point so near to an end that
/// rounding could decide is asked itself, so that the answer for every point is the one of <see cref="IShapeTest.Contains"/>.
/// </summary>
/// <typeparam name="TShape">The shape.</typeparam>
/// <param name="left">The pixel that the first point lies in.</param>
/// <param name="x">Centre of the shape in pixels.</param>
/// <param name="radius">Size radius in pixels.</param>
internal readonly struct SampleRow<TShape>(int left, double x, double radius)
    where TShape : struct, IShapeTest
{
    // Far more than rounding, in points; few points are so near to an end.
    private const double Near = 1e-3;

    private readonly double _first = left + 0.5 - x - 0.375;

    /// <summary>The points of a row that belong to the shape.</summary>
    /// <param name="y">The row, from the centre.</param>
    /// <param name="last">The last point of the row.</param>
    public CoveredSamples Covered(double y, int last)
    {
        (double from, double to) = TShape.Reach(y, radius);
        if (to < -Near)
        {
            return CoveredSamples.None;
        }
        int start = Math.Max(0, FirstFrom(-to, y)), end = Math.Min(last, LastTo(to, y));
        return from < -Near ? new CoveredSamples(start, end, 1, 0)
            : new CoveredSamples(start, Math.Min(end, LastTo(-from, y)), Math.Max(start, FirstFrom(from, y)), end);
    }

    /// <summary>The first point from an end on that belongs to the shape.</summary>
    private int FirstFrom(double end, double y)
    {
        double place = 4 * (end - _first), whole = Math.Ceiling(place);
        int point = (int)whole;
        return whole - place < Near ? (Contains(point, y) ? point : point + 1)
            : place - (whole - 1) < Near && Contains(point - 1, y) ? point - 1 : point;
    }

    /// <summary>The last point up to an end that belongs to the shape.</summary>
    private int LastTo(double end, double y)
    {
        double place = 4 * (end - _first), whole = Math.Floor(place);
        int point = (int)whole;
        return place - whole < Near ? (Contains(point, y) ? point : point - 1)
            : whole + 1 - place < Near && Contains(point + 1, y) ? point + 1 : point;
    }

    private bool Contains(int point, double y) => TShape.Contains((left + (point >> 2) + 0.5 - x) + ((point & 3) - 1.5) / 4, y, radius);
}

/// <summary>Points of a row, from 0, in up to two parts, each from a first to a last one; empty where the last lies before the first.</summary>
/// <param name="First">First of the one part.</param>
/// <param name="Last">Last of it.</param>
/// <param name="OtherFirst">First of the other.</param>
/// <param name="OtherLast">Last of it.</param>
internal readonly record struct CoveredSamples(int First, int Last, int OtherFirst, int OtherLast)
{
    /// <summary>No points.</summary>
    public static CoveredSamples None => new(1, 0, 1, 0);

    /// <summary>64 points as bits of a word.</summary>
    /// <param name="at">The first of them.</param>
    public ulong Bits(int at) => Between(First - at, Last - at) | Between(OtherFirst - at, OtherLast - at);

    private static ulong Between(int first, int last)
    {
        (first, last) = (Math.Max(0, first), Math.Min(63, last));
        return first > last ? 0 : (ulong.MaxValue >> (63 - last)) & (ulong.MaxValue << first);
    }
}
