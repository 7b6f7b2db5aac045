namespace LongTake.Generation.Clips;

/// <summary>
/// How a row of latents is cut into windows of which each keeps its first results: every latent is kept by exactly one window, and sees followers that
/// later windows will keep. Source: miga.md 4.3.
/// </summary>
public static class WindowPlan
{
    /// <summary>
    /// Windows whose borders lie at an offset: the latents before it, whole strides, the remainder, and a last window that keeps all it sees.
    /// </summary>
    /// <param name="length">Latents of the row.</param>
    /// <param name="frames">Latents of a window.</param>
    /// <param name="stride">Latents that a window keeps, at most <paramref name="frames"/>.</param>
    /// <param name="offset">Offset of the borders, modulo the stride; 0 where the row is too short for it.</param>
    /// <param name="windows">Takes the windows from head to tail.</param>
    public static void Moving(int length, int frames, int stride, int offset, List<PassWindow> windows)
    {
        windows.Clear();
        if (length <= frames)
        {
            Add(windows, 0, length, length);
            return;
        }
        int first = offset % stride;
        if (length - first < frames)
        {
            first = 0;
        }
        Add(windows, 0, frames, first);
        int last = length - frames;
        int start = first;
        for (; start + stride <= last; start += stride)
        {
            Add(windows, start, frames, stride);
        }
        Add(windows, start, frames, last - start);
        Add(windows, last, frames, frames);
    }

    /// <summary>Windows with the remainder before the whole strides, as while a queue grows.</summary>
    /// <param name="length">Latents of the row.</param>
    /// <param name="frames">Latents of a window.</param>
    /// <param name="stride">Latents that a window keeps.</param>
    /// <param name="windows">Takes the windows from head to tail.</param>
    public static void RemainderFirst(int length, int frames, int stride, List<PassWindow> windows) =>
        Moving(length, frames, stride, length <= frames ? 0 : (length - frames) % stride, windows);

    private static void Add(List<PassWindow> windows, int start, int frames, int keep)
    {
        if (keep > 0)
        {
            windows.Add(new PassWindow(start, frames, start, keep));
        }
    }
}
