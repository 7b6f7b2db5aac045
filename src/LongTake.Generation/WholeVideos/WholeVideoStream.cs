using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.WholeVideos;

/// <summary>
/// A run in which all latents of the video are in work together at one noise level: a unit of work is a step of all of them, and when the last
/// is done the finished latents are handed out a few at a time. Memory grows with the length of the video.
/// </summary>
public abstract class WholeVideoStream : LatentStream
{
    /// <summary>Latents that are handed out together.</summary>
    public const int BlockLatents = 3;

    private const string StoreName = "video";

    private readonly LatentStore _latents;

    /// <summary>Begins a run from noise.</summary>
    /// <param name="run">The run; its length is known.</param>
    /// <param name="network">The network.</param>
    /// <param name="noise">What the latents start from.</param>
    protected WholeVideoStream(ClipRunInfo run, IClipNetwork network, INoisePolicy noise)
        : base(run, network)
    {
        Count = WholeVideoPlan.Latents(run);
        Solver = LatentSolver.For(run.Sampler);
        _latents = new LatentStore(Count, run.Latent, Solver, run.Seed);
        Begin(noise);
    }

    /// <summary>Latents of the video.</summary>
    protected int Count { get; }

    /// <summary>What moves the latents from level to level.</summary>
    protected LatentSolver Solver { get; }

    /// <summary>Predicts noise minus clean latents for all latents at their common level.</summary>
    /// <param name="step">The level, which is also the number of the step.</param>
    /// <param name="latents">The latents; not to be changed.</param>
    /// <param name="cancellation">Looked at between network calls.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    protected abstract void Predict(int step, LatentStore latents, CancellationToken cancellation);

    /// <summary>Moves all latents to the next level by what was predicted.</summary>
    /// <param name="step">The level they are at.</param>
    /// <param name="latents">The latents.</param>
    protected abstract void Step(int step, LatentStore latents);

    /// <inheritdoc/>
    protected override Tensor? OnAdvance(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        int step = _latents.Level(0);
        if (step < Solver.Steps)
        {
            Predict(step, _latents, cancellation);
            Step(step, _latents);
            if (step + 1 < Solver.Steps)
            {
                return null;
            }
        }
        int first = (int)Emitted;
        int count = Math.Min(BlockLatents, Count - first);
        Tensor block = Tensor.Empty([1, count, Run.Latent[0], Run.Latent[1], Run.Latent[2]]);
        for (int i = 0; i < count; i++)
        {
            _latents.Sample(first + i).CopyTo(block.Span.Slice(i * Run.LatentSize, Run.LatentSize));
        }
        return block;
    }

    /// <inheritdoc/>
    protected override void OnSave(GenerationState state) => _latents.Save(state, StoreName);

    /// <inheritdoc/>
    protected override void OnRestore(GenerationState state) => _latents.Restore(state, StoreName);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _latents.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Begin(INoisePolicy noise)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor one = Tensor.Empty([1, 1, Run.Latent[0], Run.Latent[1], Run.Latent[2]]);
        for (int i = 0; i < Count; i++)
        {
            noise.Initial(i, one);
            one.Span.CopyTo(_latents.Sample(i));
            _latents.Reset(i, i, 0);
        }
    }
}
