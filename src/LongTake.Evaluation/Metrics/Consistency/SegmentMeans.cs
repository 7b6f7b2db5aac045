namespace LongTake.Evaluation.Metrics.Consistency;

/// <summary>A curve of means over segments of equal time; takes frames in order and keeps no more than the curve.</summary>
/// <param name="framesPerSecond">Frames a second.</param>
/// <param name="seconds">Seconds of a segment.</param>
internal sealed class SegmentMeans(double framesPerSecond, double seconds)
{
    private readonly List<double> _sums = [];
    private readonly List<int> _counts = [];

    /// <summary>Takes the score of a frame.</summary>
    public void Add(int frame, double score)
    {
        int segment = (int)(frame / (framesPerSecond * seconds));
        while (_sums.Count <= segment)
        {
            _sums.Add(0);
            _counts.Add(0);
        }
        _sums[segment] += score;
        _counts[segment]++;
    }

    /// <summary>The means; NaN where no frame had a score.</summary>
    public MetricCurve ToCurve() => new(seconds, [.. _sums.Select((sum, i) => _counts[i] > 0 ? sum / _counts[i] : double.NaN)]);
}
