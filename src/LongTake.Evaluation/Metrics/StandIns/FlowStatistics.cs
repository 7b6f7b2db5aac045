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
        for (int i = 0; i < _magnitudes.Length; i++)
        {
            _magnitudes[i] = flow[i].Length();
        }
        Array.Sort(_magnitudes);
        int count = Math.Max(1, (int)(share * _magnitudes.Length));
        double sum = 0;
        for (int i = 1; i <= count; i++)
        {
            sum += _magnitudes[^i];
        }
        return sum / count;
    }
}
