using LongTake.Generation.Windows;

namespace LongTake.Generation.Methods.GenLVideo;

/// <summary>
/// Where windows start in each step, and what they count for: one plan, or, where windows move, one for each offset, which steps take in turn.
/// </summary>
internal sealed class CoDenoisingPlan
{
    private readonly (int[] Starts, float[][] Shares)[] _plans;

    /// <summary>Makes the plan.</summary>
    /// <param name="latents">Latents of the video.</param>
    /// <param name="windows">Windows, resolved for the model.</param>
    /// <param name="options">Weights, and whether windows move.</param>
    public CoDenoisingPlan(int latents, WindowOptions windows, GenLVideoOptions options)
    {
        Size = Math.Min(windows.Size, latents);
        Stride = Math.Min(windows.Stride, Size);
        float[] weights = options.Weights == CoDenoisingWeights.Uniform ? SlidingWindows.Uniform(Size) : SlidingWindows.Triangle(Size);
        _plans = new (int[], float[][])[options.Moving && Size < latents ? Stride : 1];
        for (int offset = 0; offset < _plans.Length; offset++)
        {
            int[] starts = SlidingWindows.Starts(latents, Size, Stride, offset);
            _plans[offset] = (starts, SlidingWindows.Normalize(starts, weights, latents));
        }
    }

    /// <summary>Latents of a window; never more than the video has.</summary>
    public int Size { get; }

    /// <summary>Latents from one window to the next.</summary>
    public int Stride { get; }

    /// <summary>Where the windows of a step start.</summary>
    public int[] Starts(int step) => _plans[step % _plans.Length].Starts;

    /// <summary>What each place of each window of a step counts; those of a latent add up to 1.</summary>
    public float[][] Shares(int step) => _plans[step % _plans.Length].Shares;

    /// <summary>Network calls of so many steps.</summary>
    public long Calls(int steps)
    {
        long calls = 0;
        for (int step = 0; step < steps; step++)
        {
            calls += Starts(step).Length;
        }
        return calls;
    }
}
