namespace LongTake.Evaluation.Analysis;

/// <summary>
/// The windows that motion is judged in: 2 s long, 1 s apart, within one scene and after the half second in which a new prompt may take
/// effect. A scene too short for that is judged in one window over what there is, with a margin to match its length, if that is at least
/// 1 s. Source: spec/benchmarks.md sections 4.7 and 4.8 (the margins for 2 s and 1 s).
/// </summary>
internal readonly record struct MotionWindow(int Start, int Frames, double Margin)
{
    /// <summary>Frames of half a second, in which a new prompt may take effect.</summary>
    public static int Grace(int framesPerSecond) => framesPerSecond / 2;

    /// <summary>Frames of a window of 2 s.</summary>
    public static int FullFrames(int framesPerSecond) => 2 * framesPerSecond + 1;

    /// <summary>The windows of frames <paramref name="start"/> to <paramref name="end"/> - 1.</summary>
    public static MotionWindow[] Of(int start, int end, int framesPerSecond)
    {
        int full = FullFrames(framesPerSecond), least = framesPerSecond + 1;
        int first = start + Grace(framesPerSecond);
        if (first + full <= end)
        {
            int count = (end - first - full) / framesPerSecond + 1;
            return [.. Enumerable.Range(0, count).Select(i => new MotionWindow(first + i * framesPerSecond, full, MarginOf(full, framesPerSecond)))];
        }
        first = end - first >= least ? first : Math.Max(start, end - least);
        int length = Math.Min(full, end - first);
        return length < least ? [] : [new MotionWindow(first, length, MarginOf(length, framesPerSecond))];
    }

    /// <summary>By how many pixels the right motion must win: 1.5 in windows of 2 s, 0.5 in windows of 1 s, in between in proportion.</summary>
    public static double MarginOf(int frames, int framesPerSecond) => (frames - 1.0) / framesPerSecond - 0.5;
}
