namespace LongTake.Evaluation.Metrics.TextAlignment;

/// <summary>
/// The frames in the middle of n equal parts of a video. Source: the frame reader of VBench; spec metrics, section 1.3.
/// </summary>
public static class MiddleFrames
{
    /// <summary>Picks frames.</summary>
    /// <param name="total">Frames there are, at least 1.</param>
    /// <param name="wanted">Frames wanted; where there are fewer, the last is repeated.</param>
    /// <returns><paramref name="wanted"/> numbers in rising order.</returns>
    public static int[] Of(int total, int wanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 1);
        int parts = Math.Min(wanted, total);
        int[] frames = new int[wanted];
        for (int k = 0; k < wanted; k++)
        {
            frames[k] = k < parts ? (Cut(k) + Cut(k + 1) - 1) / 2 : frames[parts - 1];
        }
        return frames;

        int Cut(int k) => (int)((long)k * total / parts);
    }
}
