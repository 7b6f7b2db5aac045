namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>Settings of <see cref="ConsistencyStandIn"/>. Source of the defaults: spec/metrics.md section 10.1.</summary>
public sealed class ConsistencyOptions
{
    /// <summary>Frames are made this long on the longer side at most, 64.</summary>
    public int LongestSide { get; init; } = 64;

    /// <summary>Most frames that are kept (12 KiB each): longer videos are looked at in equal steps, so that memory does not grow. 128.</summary>
    public int MostFrames { get; init; } = 128;

    /// <summary>Distance from the median over time, in 8-bit levels of any channel, from which a pixel is foreground, 24.</summary>
    public int ForegroundFrom { get; init; } = 24;

    /// <summary>Smallest share of a frame that counts as a foreground; below it the whole frame is taken. 0.005.</summary>
    public double LeastForeground { get; init; } = 0.005;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        Check(LongestSide is >= 16 and <= 256, LongestSide, nameof(LongestSide), "between 16 and 256 pixels");
        Check(MostFrames is >= 2 and <= 65536, MostFrames, nameof(MostFrames), "between 2 and 65536");
        Check(ForegroundFrom is >= 1 and <= 255, ForegroundFrom, nameof(ForegroundFrom), "between 1 and 255 levels");
        Check(LeastForeground is > 0 and < 1, LeastForeground, nameof(LeastForeground), "between 0 and 1");

        static void Check(bool isGood, object value, string name, string range)
        {
            if (!isGood)
            {
                throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
            }
        }
    }
}
