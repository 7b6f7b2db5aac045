using System.Globalization;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Stories;

/// <summary>What a <see cref="StoryTime"/> counts.</summary>
public enum StoryUnit
{
    /// <summary>Seconds of video.</summary>
    Seconds,

    /// <summary>Frames of video.</summary>
    Frames,

    /// <summary>Chunks of generation.</summary>
    Chunks,
}

/// <summary>A point in a video or a length of it.</summary>
/// <param name="Value">Not negative; whole for frames and chunks.</param>
/// <param name="Unit">What is counted.</param>
public readonly record struct StoryTime(double Value, StoryUnit Unit)
{
    /// <summary>A time in seconds.</summary>
    public static StoryTime Seconds(double value) => new(value, StoryUnit.Seconds);

    /// <summary>A time in chunks.</summary>
    public static StoryTime Chunks(int value) => new(value, StoryUnit.Chunks);

    /// <summary>A time in frames.</summary>
    public static StoryTime Frames(int value) => new(value, StoryUnit.Frames);

    /// <summary>Reads <c>6.5s</c> (or <c>6.5</c>), <c>24f</c> or <c>3c</c>: seconds, frames, chunks.</summary>
    /// <exception cref="StoryException">It is no time.</exception>
    public static StoryTime Parse(string text)
    {
        string t = text.Trim();
        (string number, StoryUnit unit) = t.Length == 0 ? (t, StoryUnit.Seconds) : t[^1] switch
        {
            's' => (t[..^1], StoryUnit.Seconds),
            'f' => (t[..^1], StoryUnit.Frames),
            'c' => (t[..^1], StoryUnit.Chunks),
            _ => (t, StoryUnit.Seconds),
        };
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (!double.TryParse(number, Styles, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value))
        {
            throw new StoryException($"'{text.Trim()}' is no time; write 6.5s, 24f (frames) or 3c (chunks).");
        }
        if (value < 0)
        {
            throw new StoryException($"The time {text.Trim()} is negative.");
        }
        if (unit != StoryUnit.Seconds && value != Math.Floor(value))
        {
            throw new StoryException($"The time {text.Trim()} is no whole number of {(unit == StoryUnit.Frames ? "frames" : "chunks")}.");
        }
        return new StoryTime(value, unit);
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("0.###", CultureInfo.InvariantCulture) + Unit switch
    {
        StoryUnit.Seconds => "s",
        StoryUnit.Frames => "f",
        _ => "c",
    };

    /// <summary>The frame this is, counted from <paramref name="origin"/> (a frame number, 0 for points in time).</summary>
    internal double ToFrames(double origin, double frameRate, int chunkFrames) => Unit switch
    {
        StoryUnit.Seconds => origin + (Value * frameRate),
        StoryUnit.Frames => origin + Value,
        _ => VideoTime.ChunkStart(VideoTime.ChunkAtOrAfter((long)Math.Ceiling(origin), chunkFrames) + (long)Value, chunkFrames),
    };
}
