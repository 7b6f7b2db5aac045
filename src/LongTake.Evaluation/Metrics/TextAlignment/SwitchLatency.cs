namespace LongTake.Evaluation.Metrics.TextAlignment;

/// <summary>
/// How long after a change of prompts the picture fits the new prompt better than the old one: the first frame from which on, over a window
/// of frames, the mean of the difference of the two cosines is positive. 0 is a change at once.
/// </summary>
/// <param name="window">Frames of the running mean, at least 1.</param>
internal sealed class SwitchLatency(int window)
{
    private readonly double[] _differences = new double[window];
    private int _count;

    /// <summary>Frames until the change; null while it has not come.</summary>
    public int? Frames { get; private set; }

    /// <summary>Takes the next frame after the change of prompts.</summary>
    /// <param name="difference">Cosine with the new prompt minus cosine with the old one.</param>
    public void Add(double difference)
    {
        _differences[_count % window] = difference;
        _count++;
        if (Frames is null && _count >= window && _differences.Sum() > 0)
        {
            Frames = _count - window;
        }
    }
}
