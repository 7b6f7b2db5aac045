namespace LongTake.Generation.Windows;

/// <summary>
/// Overlapping windows over the latents of a video, and how much each counts where they overlap. Windows start every stride; the last one is
/// moved to the left so that it ends with the video, which published plans leave to a fitting choice of the length.
/// Source: fifo-and-sliding-window.md 3, 3.1 and 4.2.
/// </summary>
public static class SlidingWindows
{
    /// <summary>Where windows start, rising; every latent lies in at least one.</summary>
    /// <param name="total">Latents of the video.</param>
    /// <param name="window">Latents of a window; one window of all latents where that is no fewer than there are.</param>
    /// <param name="stride">Latents from one start to the next, 1 to <paramref name="window"/>.</param>
    /// <param name="offset">By how much the starts are moved to the right, 0 to below the stride; a window at 0 then comes before them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static int[] Starts(int total, int window, int stride, int offset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(total, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stride, window);
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, stride);
        int last = total - window;
        if (last <= 0)
        {
            return [0];
        }
        List<int> starts = [0];
        for (int start = offset == 0 ? stride : offset; start < last; start += stride)
        {
            starts.Add(start);
        }
        starts.Add(last);
        return [.. starts];
    }

    /// <summary>Weights of the places of a window: 1, 2, ... up to its middle and down again; an odd window has one highest place.</summary>
    /// <param name="window">Latents of the window.</param>
    public static float[] Triangle(int window)
    {
        float[] weights = new float[window];
        for (int j = 0; j < window; j++)
        {
            weights[j] = Math.Min(j + 1, window - j);
        }
        return weights;
    }

    /// <summary>The same weight everywhere.</summary>
    /// <param name="window">Latents of the window.</param>
    public static float[] Uniform(int window)
    {
        float[] weights = new float[window];
        Array.Fill(weights, 1f);
        return weights;
    }

    /// <summary>
    /// Weights of windows divided by their sum at each latent, so that those of a latent add up to 1; exactly 1 where one window lies alone.
    /// </summary>
    /// <param name="starts">Where windows start.</param>
    /// <param name="weights">Weights of the places of a window, all positive.</param>
    /// <param name="total">Latents of the video.</param>
    /// <returns>[windows][places].</returns>
    public static float[][] Normalize(ReadOnlySpan<int> starts, ReadOnlySpan<float> weights, int total)
    {
        double[] sums = new double[total];
        foreach (int start in starts)
        {
            for (int j = 0; j < weights.Length; j++)
            {
                sums[start + j] += weights[j];
            }
        }
        float[][] shares = new float[starts.Length][];
        for (int i = 0; i < starts.Length; i++)
        {
            shares[i] = new float[weights.Length];
            for (int j = 0; j < weights.Length; j++)
            {
                shares[i][j] = (float)(weights[j] / sums[starts[i] + j]);
            }
        }
        return shares;
    }

    /// <summary>
    /// Whether a window that may hold latents of two scenes is under the prompt of the later one: of the windows that hold both, W/S - 1 in
    /// number, the j-th, from 0, is under the earlier prompt while 2j is at most their number. Source: fifo-and-sliding-window.md 3 (text).
    /// </summary>
    /// <param name="start">First latent of the window.</param>
    /// <param name="window">Latents of the window.</param>
    /// <param name="stride">Latents from one window to the next.</param>
    /// <param name="sceneStart">First latent of the later scene.</param>
    public static bool IsUnderNext(int start, int window, int stride, int sceneStart) =>
        start >= sceneStart || (2 * start) + window - stride > 2 * sceneStart;
}
