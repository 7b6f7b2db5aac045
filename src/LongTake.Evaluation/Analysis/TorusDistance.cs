using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>Distances on the canvas, which wraps around.</summary>
internal static class TorusDistance
{
    /// <summary>The shortest way from one coordinate to another, in [-32, 32).</summary>
    public static double Offset(double from, double to) => ShapesWorld.Wrap(to - from + ShapesWorld.Size / 2) - ShapesWorld.Size / 2;

    /// <summary>Length of the shortest way between two points.</summary>
    public static double Between(double x0, double y0, double x1, double y1)
    {
        double dx = Offset(x0, x1), dy = Offset(y0, y1);
        return Math.Sqrt(dx * dx + dy * dy);
    }
}
