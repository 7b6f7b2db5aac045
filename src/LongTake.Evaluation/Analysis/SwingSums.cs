using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Sums over the frames of a window, centred, from which the phase of a swing of fixed amplitude A follows: with them the squared error
/// of positions to A sin(w t + phase) is a closed form of the phase. Source: spec/benchmarks.md section 4.7, "Motion".
/// </summary>
internal struct SwingSums
{
    private const double A = SubjectMotion.SwingAmplitude;
    private const int Grid = 72;
    private const double Step = 2 * Math.PI / Grid;
    private const double GoldenRatio = 0.6180339887498949;
    private const double Precision = 1e-5;

    private double _cosCos;
    private double _sinSin;
    private double _cosSin;
    private double _cosPosition;
    private double _sinPosition;

    /// <summary>Adds a frame: cosine and sine of the angle w t and the position along the axis, each less its mean.</summary>
    public void Add(double cos, double sin, double position)
    {
        _cosCos += cos * cos;
        _sinSin += sin * sin;
        _cosSin += cos * sin;
        _cosPosition += cos * position;
        _sinPosition += sin * position;
    }

    /// <summary>The phase with the smallest error: the best of a grid, refined by golden section.</summary>
    public readonly double BestPhase()
    {
        double best = 0, bestError = double.MaxValue;
        for (int i = 0; i < Grid; i++)
        {
            double error = SquaredError(i * Step);
            (best, bestError) = error < bestError ? (i * Step, error) : (best, bestError);
        }
        return GoldenSection(best - Step, best + Step);
    }

    /// <summary>The error at a phase, but for a part that is the same for all.</summary>
    private readonly double SquaredError(double phase)
    {
        (double s, double c) = Math.SinCos(phase);
        return A * A * (c * c * _sinSin + 2 * s * c * _cosSin + s * s * _cosCos) - 2 * A * (c * _sinPosition + s * _cosPosition);
    }

    private readonly double GoldenSection(double low, double high)
    {
        double left = high - GoldenRatio * (high - low), right = low + GoldenRatio * (high - low);
        double leftError = SquaredError(left), rightError = SquaredError(right);
        while (high - low > Precision)
        {
            if (leftError < rightError)
            {
                (high, right, rightError) = (right, left, leftError);
                left = high - GoldenRatio * (high - low);
                leftError = SquaredError(left);
            }
            else
            {
                (low, left, leftError) = (left, right, rightError);
                right = low + GoldenRatio * (high - low);
                rightError = SquaredError(right);
            }
        }
        return (low + high) / 2;
    }
}
