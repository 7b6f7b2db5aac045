using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.WholeVideos;

namespace LongTake.Generation.Windows;

/// <summary>Windows of a method as its options have them, resolved for a model.</summary>
/// <param name="Size">Latents of a window.</param>
/// <param name="Stride">Latents from one window to the next.</param>
internal readonly record struct WindowOptions(int Size, int Stride)
{
    /// <summary>What the stride is of the window in FreeNoise and its successors: 4 of 16.</summary>
    public const int QuarterStride = 4;

    /// <summary>Fills in what is left to the model and checks the rest.</summary>
    /// <param name="method">The method, for messages.</param>
    /// <param name="run">Says how long the clips were that the model was trained on.</param>
    /// <param name="window">Latents of a window; 0 for as many as such a clip has.</param>
    /// <param name="stride">Latents from one window to the next; 0 for the window divided by <paramref name="parts"/>.</param>
    /// <param name="parts">What the default stride is of the window: 2 for half of it, 4 for a quarter.</param>
    /// <exception cref="ArgumentException">The stride is longer than the window.</exception>
    public static WindowOptions Resolve(string method, ClipRunInfo run, int window, int stride, int parts = QuarterStride)
    {
        Check(method, window, stride);
        int size = SizeOf(run, window);
        WindowOptions windows = new(size, stride == 0 ? Math.Max(1, size / parts) : stride);
        CheckOverlap(method, windows.Size, windows.Stride);
        return windows;
    }

    /// <summary>Latents of a window.</summary>
    /// <param name="run">Says how long the clips were that the model was trained on.</param>
    /// <param name="window">Latents of a window; 0 for as many as such a clip has.</param>
    public static int SizeOf(ClipRunInfo run, int window) => window == 0 ? run.ClipFrames : window;

    /// <summary>Checks what can be checked without a model.</summary>
    /// <exception cref="ArgumentException">A number is negative, or the stride is longer than the window.</exception>
    public static void Check(string method, int window, int stride = 0)
    {
        if (window < 0)
        {
            throw new ArgumentException(
                $"{method}: window is {window}; it counts latents and is at least 1, or 0 for the length that the model was trained on.");
        }
        if (stride < 0)
        {
            throw new ArgumentException($"{method}: stride is {stride}; it counts latents and is at least 1, or 0 for a part of the window.");
        }
        if (window > 0 && stride > 0)
        {
            CheckOverlap(method, window, stride);
        }
    }

    /// <summary>Noise of a whole video: that of the first window, shuffled, or independent.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isRescheduled">Which.</param>
    public INoisePolicy Noise(ClipRunInfo run, bool isRescheduled) => isRescheduled
        ? new RescheduledNoise(run.Seed, WholeVideoPlan.Latents(run), Size, Stride)
        : new CounterNoise(run.Seed);

    private static void CheckOverlap(string method, int window, int stride)
    {
        if (stride > window)
        {
            throw new ArgumentException(
                $"{method}: stride {stride} conflicts with windows of {window} latents, between which latents would lie in none; " +
                $"make it at most {window}.");
        }
    }
}
