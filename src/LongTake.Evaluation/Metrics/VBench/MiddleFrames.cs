namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>VBench's "middle" sampling: frames in the middle of equal parts of a video. Source: spec/metrics.md section 1.3.</summary>
public static class MiddleFrames
{
    /// <summary>Numbers of the frames to take.</summary>
    /// <param name="frames">Frames T of the video.</param>
    /// <param name="count">How many are wanted.</param>
    /// <returns>As many as wanted; the last one is repeated when the video is shorter.</returns>
    /// <exception cref="ArgumentOutOfRangeException">One of the numbers is not positive.</exception>
    public static int[] Of(int frames, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int parts = Math.Min(count, frames);
        int[] indices = new int[count];
        for (int k = 0; k < count; k++)
        {
            int part = Math.Min(k, parts - 1);
            long from = (long)part * frames / parts, to = (part + 1L) * frames / parts;
            indices[k] = (int)((from + to - 1) / 2);
        }
        return indices;
    }
}
