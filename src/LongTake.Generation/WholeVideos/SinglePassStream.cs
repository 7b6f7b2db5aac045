using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Models.Wan;

namespace LongTake.Generation.WholeVideos;

/// <summary>
/// A run with one network call a step over the whole video. What methods of this kind differ in is what self-attention does and what noise the
/// run begins with.
/// </summary>
public sealed class SinglePassStream : WholeVideoStream
{
    private readonly RotaryEmbedding _rotary;
    private readonly ISelfAttention? _attention;
    private readonly Action<int, ClipCall>? _prepare;
    private readonly ClipCall _call;

    /// <summary>Begins a run.</summary>
    /// <param name="run">The run; its length is known.</param>
    /// <param name="network">The network.</param>
    /// <param name="noise">What the latents start from.</param>
    /// <param name="attention">Makes self-attention over the whole video; null, or one that gives null, for the network's own.</param>
    /// <param name="prepare">Told of the number of each step and of its call, filled, before the network is; may change what layers see.</param>
    public SinglePassStream(
        ClipRunInfo run,
        IClipNetwork network,
        INoisePolicy noise,
        Func<RotaryEmbedding, TokenGrid, ISelfAttention?>? attention = null,
        Action<int, ClipCall>? prepare = null)
        : base(run, network, noise)
    {
        _prepare = prepare;
        _rotary = new RotaryEmbedding(run.Model.HeadDim, run.Model.RotaryBase);
        _attention = attention?.Invoke(_rotary, run.Model.GridOf(Count, run.Height, run.Width));
        _call = new ClipCall(Count, run.Latent) { Attention = _attention };
    }

    /// <inheritdoc/>
    protected override void Predict(int step, LatentStore latents, CancellationToken cancellation)
    {
        (_attention as IStepAttention)?.BeginStep(step, Solver.Steps, Solver.Timestep(step));
        for (int i = 0; i < Count; i++)
        {
            _call.Set(i, latents.Sample(i), latents.Timestep(i), Run.PromptAt(i), i);
        }
        _prepare?.Invoke(step, _call);
        Network.Predict(_call);
    }

    /// <inheritdoc/>
    protected override void Step(int step, LatentStore latents)
    {
        for (int i = 0; i < Count; i++)
        {
            latents.Step(i, _call.VelocityOf(i));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _call.Dispose();
            (_attention as IDisposable)?.Dispose();
            _rotary.Dispose();
        }
        base.Dispose(disposing);
    }
}
