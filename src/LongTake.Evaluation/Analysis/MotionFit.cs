using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>How well each of the 17 motion states explains a window of positions. Source: spec/benchmarks.md section 4.7.</summary>
public struct MotionFit
{
    /// <summary>Number of motion states: still, then slow and fast of each moving kind.</summary>
    public const int StateCount = 17;

    private States _residuals;

    /// <summary>Root mean square distance in pixels under each state, by <see cref="SceneState.MotionIndex"/>.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<double> Residuals => _residuals;

    /// <summary>The state with the smallest residual.</summary>
    public int Best { get; internal set; }

    /// <summary>Positions that took part.</summary>
    public int Samples { get; internal set; }

    /// <summary>Length of the path along the positions, in pixels.</summary>
    public double PathLength { get; internal set; }

    [UnscopedRef]
    internal Span<double> MutableResiduals => _residuals;

    /// <summary>Kind and speed of a state's number, the inverse of <see cref="SceneState.MotionIndex"/>.</summary>
    public static (MotionKind Kind, int Speed) MotionOf(int state) => ((MotionKind)((state + 1) / 2), state == 0 ? 0 : (state + 1) % 2);

    /// <summary>
    /// The motion score M: 1 for the right state, 0 when another is nearer by <paramref name="margin"/> pixels, small when even the right
    /// one is far off. The margin is 1.5 for windows of 2 s and 0.5 for 1 s, in which motions differ less.
    /// </summary>
    public readonly double Score(int state, double margin = 1.5)
    {
        double target = Residuals[state];
        return Math.Clamp(1 - (target - Residuals[Best]) / margin, 0, 1) * Math.Exp(-target * target / 16);
    }

    [InlineArray(StateCount)]
    private struct States
    {
        private double _element;
    }
}
