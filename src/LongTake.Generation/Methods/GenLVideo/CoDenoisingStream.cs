using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.GenLVideo;

/// <summary>
/// A run in which every step is done in overlapping windows, each an ordinary clip of the model, and where windows overlap what they make of a latent is averaged.
/// The network never sees more than a window; the latents of the whole video are held.
/// Source: fifo-and-sliding-window.md 3 and 3.1.
/// </summary>
internal sealed class CoDenoisingStream : WholeVideoStream
{
    private readonly GenLVideoOptions _options;
    private readonly WindowOptions _windows;
    private readonly ClipCall _call;
    private readonly Tensor _mean;
    private readonly float[] _sample;

    public CoDenoisingStream(ClipRunInfo run, IClipNetwork network, INoisePolicy noise, GenLVideoOptions options, WindowOptions windows)
        : base(run, network, noise)
    {
        _options = options;
        _windows = windows with { Size = Math.Min(windows.Size, Count) };
        _call = new ClipCall(_windows.Size, run.Latent);
        _mean = TensorScope.Detach(Tensor.Zeros([Count, run.LatentSize]));
        _sample = new float[run.LatentSize];
    }

    /// <summary>
    /// Solvers of several steps remember predictions, and there is one history a latent: their steps are linear in the prediction, so the mean of
    /// the samples that windows would step to is the sample that the mean prediction steps to.
    /// </summary>
    private bool AveragesSamples => _options.Average == CoDenoisingAverage.Samples && Solver.HistoryLatents == 0 && !Solver.NeedsNoise;

    /// <inheritdoc/>
    protected override void Predict(int step, LatentStore latents, CancellationToken cancellation)
    {
        int[] starts = Starts(step);
        float[][] shares = SlidingWindows.Normalize(starts, _options.PlaceWeights(_windows.Size), Count);
        _mean.Clear();
        for (int w = 0; w < starts.Length; w++)
        {
            cancellation.ThrowIfCancellationRequested();
            int prompt = Prompt(starts[w]);
            for (int j = 0; j < _windows.Size; j++)
            {
                int place = starts[w] + j;
                _call.Set(j, latents.Sample(place), latents.Timestep(place), prompt, place);
            }
            Network.Predict(_call);
            for (int j = 0; j < _windows.Size; j++)
            {
                ReadOnlySpan<float> made = AveragesSamples ? Stepped(step, j) : _call.VelocityOf(j);
                Span<float> mean = Mean(starts[w] + j);
                for (int i = 0; i < mean.Length; i++)
                {
                    mean[i] += shares[w][j] * made[i];
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void Step(int step, LatentStore latents)
    {
        for (int i = 0; i < Count; i++)
        {
            if (AveragesSamples)
            {
                Mean(i).CopyTo(latents.Sample(i));
                latents.Reset(i, i, step + 1);
            }
            else
            {
                latents.Step(i, Mean(i));
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _call.Dispose();
            _mean.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Where windows start in a step.</summary>
    private int[] Starts(int step) =>
        SlidingWindows.Starts(Count, _windows.Size, Math.Min(_windows.Stride, _windows.Size), _options.Moving ? step % Math.Min(_windows.Stride, _windows.Size) : 0);

    private Span<float> Mean(int place) => _mean.Span.Slice(place * Run.LatentSize, Run.LatentSize);

    private ReadOnlySpan<float> Stepped(int step, int frame)
    {
        _call.LatentOf(frame).CopyTo(_sample);
        SolverMemory none = default;
        Solver.Step(step, _call.VelocityOf(frame), _sample, default, ref none, default);
        return _sample;
    }

    private int Prompt(int start)
    {
        int scene = 0;
        for (int k = 1; k < Run.PromptStarts.Count && Run.PromptStarts[k] < Count; k++)
        {
            if (SlidingWindows.IsUnderNext(start, _windows.Size, _windows.Stride, (int)Run.PromptStarts[k]))
            {
                scene = k;
            }
        }
        return scene;
    }
}
