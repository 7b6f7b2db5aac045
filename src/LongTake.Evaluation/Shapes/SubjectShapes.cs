using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Shapes;

/// <summary>
/// Whether a point belongs to a shape of size radius r. Points are relative to the centre, x right, y down, in the units of r.
/// Source: the shape table of spec/benchmarks.md section 4.2.
/// </summary>
internal interface IShapeTest
{
    /// <summary>No point farther from the centre belongs to the shape; in size radii.</summary>
    static abstract double OuterRadius { get; }

    /// <summary>Every point nearer to the centre belongs to the shape; in size radii.</summary>
    static abstract double InnerRadius { get; }

    /// <summary>Whether the point belongs to the shape.</summary>
    static abstract bool Contains(double x, double y, double r);

    /// <summary>
    /// The same for four points of a row: all bits set in the lanes of those that belong to it. The operations are those of the scalar test one by
    /// one, so that both agree on every point.
    /// </summary>
    static abstract Vector256<double> Contains(Vector256<double> x, double y, double r);
}

internal readonly struct CircleTest : IShapeTest
{
    public static double OuterRadius => 0.9;

    public static double InnerRadius => 0.9;

    public static bool Contains(double x, double y, double r) => x * x + y * y <= 0.9 * r * (0.9 * r);

    public static Vector256<double> Contains(Vector256<double> x, double y, double r) =>
        Vector256.LessThanOrEqual(x * x + Vector256.Create(y * y), Vector256.Create(0.9 * r * (0.9 * r)));
}

internal readonly struct SquareTest : IShapeTest
{
    public static double OuterRadius => 1.14;

    public static double InnerRadius => 0.8;

    public static bool Contains(double x, double y, double r) => Math.Max(Math.Abs(x), Math.Abs(y)) <= 0.8 * r;

    public static Vector256<double> Contains(Vector256<double> x, double y, double r) =>
        Vector256.LessThanOrEqual(Vector256.Max(Vector256.Abs(x), Vector256.Create(Math.Abs(y))), Vector256.Create(0.8 * r));
}

/// <summary>Equilateral, tip up, circumradius 1.15.</summary>
internal readonly struct TriangleTest : IShapeTest
{
    private const double HalfRadius = 1.15 / 2;
    private const double HalfRootThree = 0.86602540378443864676;

    public static double OuterRadius => 1.15;

    public static double InnerRadius => HalfRadius;

    public static bool Contains(double x, double y, double r) =>
        y <= HalfRadius * r && HalfRootThree * Math.Abs(x) - y / 2 <= HalfRadius * r;

    public static Vector256<double> Contains(Vector256<double> x, double y, double r) => y > HalfRadius * r
        ? Vector256<double>.Zero
        : Vector256.LessThanOrEqual(Vector256.Create(HalfRootThree) * Vector256.Abs(x) - Vector256.Create(y / 2), Vector256.Create(HalfRadius * r));
}

internal readonly struct DiamondTest : IShapeTest
{
    public static double OuterRadius => 1.15;

    public static double InnerRadius => 0.81;

    public static bool Contains(double x, double y, double r) => Math.Abs(x) + Math.Abs(y) <= 1.15 * r;

    public static Vector256<double> Contains(Vector256<double> x, double y, double r) =>
        Vector256.LessThanOrEqual(Vector256.Abs(x) + Vector256.Create(Math.Abs(y)), Vector256.Create(1.15 * r));
}

internal readonly struct CrossTest : IShapeTest
{
    public static double OuterRadius => 1.06;

    public static double InnerRadius => 0.49;

    public static bool Contains(double x, double y, double r)
    {
        double across = Math.Abs(x);
        double along = Math.Abs(y);
        return (across <= 0.35 * r && along <= r) || (along <= 0.35 * r && across <= r);
    }

    public static Vector256<double> Contains(Vector256<double> x, double y, double r)
    {
        double along = Math.Abs(y);
        return Vector256.LessThanOrEqual(Vector256.Abs(x), Vector256.Create(along <= 0.35 * r ? r : along <= r ? 0.35 * r : -1));
    }
}

/// <summary>
/// Five points, one up. The point is turned and mirrored into the wedge between a tip and the neighbouring notch (the nearest
/// tip is the one with the largest projection), where the star is what lies on the inner side of one line.
/// </summary>
internal readonly struct StarTest : IShapeTest
{
    private const double Outer = 1.2;
    private const double Inner = 0.5;
    private const double Cos36 = 0.80901699437494742410;
    private const double Sin36 = 0.58778525229247312917;
    private const double Cos72 = 0.30901699437494742410;
    private const double Sin72 = 0.95105651629515357212;

    public static double OuterRadius => Outer;

    public static double InnerRadius => Inner;

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

    public static Vector256<double> Contains(Vector256<double> x, double y, double r)
    {
        Vector256<double> up = Vector256.Create(-y), right = Vector256.Abs(x);
        Vector256<double> tip1 = Vector256.Create(Cos72 * -y) + Vector256.Create(Sin72) * right;
        Vector256<double> tip2 = Vector256.Create(-Cos36 * -y) + Vector256.Create(Sin36) * right;
        Vector256<double> isTip0 = Vector256.GreaterThanOrEqual(up, tip1) & Vector256.GreaterThanOrEqual(up, tip2);
        Vector256<double> isTip1 = Vector256.GreaterThanOrEqual(tip1, tip2);
        Vector256<double> along = Vector256.ConditionalSelect(isTip0, up, Vector256.ConditionalSelect(isTip1, tip1, tip2));
        Vector256<double> across1 = Vector256.Abs(Vector256.Create(Cos72) * right - Vector256.Create(Sin72 * -y));
        Vector256<double> across2 = Vector256.Abs(Vector256.Create(-Cos36) * right - Vector256.Create(Sin36 * -y));
        Vector256<double> across = Vector256.ConditionalSelect(isTip0, right, Vector256.ConditionalSelect(isTip1, across1, across2));
        return Vector256.GreaterThanOrEqual(
            Vector256.Create(Inner * Cos36 - Outer) * across - Vector256.Create(Inner * Sin36) * (along - Vector256.Create(Outer * r)), Vector256<double>.Zero);
    }
}
