namespace LongTake.Evaluation.Shapes;

/// <summary>
/// Whether a point belongs to a shape of size radius r. Points are relative to the centre, x right, y down, in the units of r.
/// Source: the shape table of spec/benchmarks.md section 4.2.
/// </summary>
internal interface IShapeTest
{
    /// <summary>No point farther from the centre belongs to the shape; in size radii.</summary>
    static abstract double OuterRadius { get; }

    /// <summary>Whether the point belongs to the shape.</summary>
    static abstract bool Contains(double x, double y, double r);

    /// <summary>
    /// How far from the middle of a row its points belong to the shape: those whose |x| is between the two, but for rounding. The first is negative
    /// where there is no gap in the middle, the second where no point of the row belongs to it.
    /// </summary>
    static abstract (double From, double To) Reach(double y, double r);
}

internal readonly struct CircleTest : IShapeTest
{
    private const double RowTolerance = 1e-9;

    public static double OuterRadius => 0.9;

    public static bool Contains(double x, double y, double r) => x * x + y * y <= 0.9 * r * (0.9 * r);

    public static (double From, double To) Reach(double y, double r)
    {
        double square = 0.9 * r * (0.9 * r) - y * y;
        return (-1, square < -RowTolerance * r * r ? -1 : Math.Sqrt(Math.Max(0, square)));
    }
}

internal readonly struct SquareTest : IShapeTest
{
    public static double OuterRadius => 1.14;

    public static bool Contains(double x, double y, double r) => Math.Max(Math.Abs(x), Math.Abs(y)) <= 0.8 * r;

    public static (double From, double To) Reach(double y, double r) => (-1, Math.Abs(y) <= 0.8 * r ? 0.8 * r : -1);
}

/// <summary>Equilateral, tip up, circumradius 1.15.</summary>
internal readonly struct TriangleTest : IShapeTest
{
    private const double HalfRadius = 1.15 / 2;
    private const double HalfRootThree = 0.86602540378443864676;

    public static double OuterRadius => 1.15;

    public static bool Contains(double x, double y, double r) =>
        y <= HalfRadius * r && HalfRootThree * Math.Abs(x) - y / 2 <= HalfRadius * r;

    public static (double From, double To) Reach(double y, double r) => (-1, y <= HalfRadius * r ? (HalfRadius * r + y / 2) / HalfRootThree : -1);
}

internal readonly struct DiamondTest : IShapeTest
{
    public static double OuterRadius => 1.15;

    public static bool Contains(double x, double y, double r) => Math.Abs(x) + Math.Abs(y) <= 1.15 * r;

    public static (double From, double To) Reach(double y, double r) => (-1, 1.15 * r - Math.Abs(y));
}

internal readonly struct CrossTest : IShapeTest
{
    public static double OuterRadius => 1.06;

    public static bool Contains(double x, double y, double r)
    {
        double across = Math.Abs(x);
        double along = Math.Abs(y);
        return (across <= 0.35 * r && along <= r) || (along <= 0.35 * r && across <= r);
    }

    public static (double From, double To) Reach(double y, double r)
    {
        double along = Math.Abs(y);
        return (-1, along <= 0.35 * r ? r : along <= r ? 0.35 * r : -1);
    }
}

/// <summary>
/// Five points, one up. The point is turned and mirrored into the wedge between a tip and the neighbouring notch (the nearest
/// tip is the one with the largest projection), where the star is what lies on the inner side of one line.
/// </summary>
internal readonly struct StarTest : IShapeTest
{
    private const double RowTolerance = 1e-9;
    private const double Outer = 1.2;
    private const double Inner = 0.5;
    private const double Cos36 = 0.80901699437494742410;
    private const double Sin36 = 0.58778525229247312917;
    private const double Cos72 = 0.30901699437494742410;
    private const double Sin72 = 0.95105651629515357212;

    public static double OuterRadius => Outer;

    public static bool Contains(double x, double y, double r)
    {
        double up = -y;
        double right = Math.Abs(x);

        // Tips at 0, 72 and 144 degrees from up; the other two are mirror images.
        double tip0 = up;
        double tip1 = Cos72 * up + Sin72 * right;
        double tip2 = -Cos36 * up + Sin36 * right;
        double along;
        double across;
        if (tip0 >= tip1 && tip0 >= tip2)
        {
            (along, across) = (tip0, right);
        }
        else if (tip1 >= tip2)
        {
            (along, across) = (tip1, Math.Abs(Cos72 * right - Sin72 * up));
        }
        else
        {
            (along, across) = (tip2, Math.Abs(-Cos36 * right - Sin36 * up));
        }

        // From the tip (1.2, 0) to the notch .5 (cos 36, sin 36).
        return (Inner * Cos36 - Outer) * across - Inner * Sin36 * (along - Outer * r) >= 0;
    }

    public static (double From, double To) Reach(double y, double r)
    {
        // Corners of the right half from the upper tip on: tips and notches in turn, the last notch on the axis.
        double down = y / r;
        if (down < -Outer - RowTolerance || down > Outer * Cos36 + RowTolerance)
        {
            return (-1, -1);
        }
        double to = down < -Inner * Cos36 ? Along(down, 0, -Outer, Inner * Sin36, -Inner * Cos36)
            : down < -Outer * Cos72 ? Along(down, Inner * Sin36, -Inner * Cos36, Outer * Sin72, -Outer * Cos72)
            : down < Inner * Cos72 ? Along(down, Outer * Sin72, -Outer * Cos72, Inner * Sin72, Inner * Cos72)
            : Along(down, Inner * Sin72, Inner * Cos72, Outer * Sin36, Outer * Cos36);
        return (r * Along(down, 0, Inner, Outer * Sin36, Outer * Cos36), r * to);
    }

    /// <summary>Where a line through two corners is at a height.</summary>
    private static double Along(double y, double x0, double y0, double x1, double y1) => x0 + (y - y0) * ((x1 - x0) / (y1 - y0));
}
