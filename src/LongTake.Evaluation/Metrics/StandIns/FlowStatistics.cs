using System.Numerics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>Statistics of a flow. Keeps its buffer.</summary>
/// <param name="pixels">Pixels of a picture.</param>
internal sealed class FlowStatistics(int pixels)
{
    private readonly float[] _magnitudes = new float[pixels];

    /// <summary>Mean of the largest magnitudes: <paramref name="share"/> of them, rounded down, one at least.</summary>
    public double Largest(ReadOnlySpan<Vector2> flow, double share)
    {
        // Most of a picture stands still: only what moves is sorted.
        int moving = 0;
        foreach (Vector2 way in flow)
        {
            if (way != Vector2.Zero)
            {
                _magnitudes[moving++] = way.Length();
            }
        }
        Array.Sort(_magnitudes, 0, moving);
        int count = Math.Max(1, (int)(share * flow.Length));
        double sum = 0;
        for (int i = moving - 1; i >= Math.Max(0, moving - count); i--)
        {
            sum += _magnitudes[i];
        }
        return sum / count;
    }
}
