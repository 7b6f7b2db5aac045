namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>Settings of <see cref="BlockMatcher"/>. Source of the defaults: spec/metrics.md section 10.1.</summary>
public sealed class BlockMatcherOptions
{
    /// <summary>Frames are made this long on the longer side at most, by area averaging, 128.</summary>
    public int LongestSide { get; init; } = 128;

    /// <summary>Largest displacement looked for in 1/8 s, in pixels of a picture whose shorter side is 64, 5.</summary>
    public int Reach { get; init; } = 5;

    /// <summary>
    /// Most pairs of frames that are matched in a video, 32: of longer ones every second, third, ... pair, so that what a frame costs falls
    /// with the length.
    /// </summary>
    public int MostPairs { get; init; } = 32;

    /// <summary>Whether pictures wrap around at their borders, as the Shapes world does; otherwise borders are repeated. False.</summary>
    public bool Wraps { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (LongestSide is < 16 or > 512)
        {
            throw new ArgumentOutOfRangeException(nameof(LongestSide), LongestSide, $"{nameof(LongestSide)} must be between 16 and 512 pixels.");
        }
        if (MostPairs < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(MostPairs), MostPairs, $"{nameof(MostPairs)} must be at least 1.");
        }
        if (Reach is < 1 or > 16)
        {
            throw new ArgumentOutOfRangeException(nameof(Reach), Reach, $"{nameof(Reach)} must be between 1 and 16 pixels.");
        }
    }

    /// <summary>From one matched pair to the next, when there are so many.</summary>
    internal int Every(int pairs) => Math.Max(1, (pairs + MostPairs - 1) / MostPairs);

    /// <summary>Displacement to look for in a picture of that shorter side, between frames that far apart.</summary>
    internal int ReachOf(int shorterSide, double seconds) =>
        Math.Clamp((int)Math.Round(Reach * shorterSide / 64.0 * Math.Max(1, 8 * seconds)), 1, 20);
}
