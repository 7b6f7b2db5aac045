using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.GenLVideo;

/// <summary>
/// A run in which every step is done in overlapping windows, each an ordinary clip of the model, and where windows overlap what they make of a
/// latent is averaged. The network never sees more than a window; the latents of the whole video are held.
/// Source: fifo-and-sliding-window.md 3 and 3.1.
/// </summary>
internal sealed class CoDenoisingStream : WholeVideoStream
{
    private readonly CoDenoisingPlan _plan;
    private readonly bool _averagesSamples;
    private readonly ClipCall _call;
    private readonly Tensor _mean;
    private readonly float[] _sample;

    public CoDenoisingStream(ClipRunInfo run, IClipNetwork network, INoisePolicy noise, GenLVideoOptions options, CoDenoisingPlan plan)
        : base(run, network, noise)
    {
        _plan = plan;

        // Solvers of several steps remember predictions, and there is one history a latent. Their steps are linear in the prediction, so the
        // mean of the samples that windows would step to is the sample that the mean prediction steps to.
        _averagesSamples = options.Average == CoDenoisingAverage.Samples && Solver.HistoryLatents == 0;
        _call = new ClipCall(plan.Size, run.Latent);
        _mean = TensorScope.Detach(Tensor.Zeros([Count, run.LatentSize]));
        _sample = new float[run.LatentSize];
    }

    /// <inheritdoc/>
    protected override void Predict(int step, LatentStore latents, CancellationToken cancellation)
    {
        int[] starts = _plan.Starts(step);
        float[][] shares = _plan.Shares(step);
        _mean.Clear();
        for (int w = 0; w < starts.Length; w++)
        {
            cancellation.ThrowIfCancellationRequested();
            int prompt = Prompt(starts[w]);
            for (int j = 0; j < _plan.Size; j++)
            {
                int place = starts[w] + j;
                _call.Set(j, latents.Sample(place), latents.Timestep(place), prompt, place);
            }
            Network.Predict(_call);
            for (int j = 0; j < _plan.Size; j++)
            {
                ReadOnlySpan<float> made = _averagesSamples ? Stepped(step, j) : _call.VelocityOf(j);
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
            if (_averagesSamples)
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
            if (SlidingWindows.IsUnderNext(start, _plan.Size, _plan.Stride, (int)Run.PromptStarts[k]))
            {
                scene = k;
            }
        }
        return scene;
    }
}
