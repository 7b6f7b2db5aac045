using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>
/// A run of a clip method: finished latents in order, a block at a time. Work is done in units (a pass over a queue, a step of all latents) between which
/// the whole state can be saved; a run restored from it gives the same bytes. Not thread-safe.
/// <code>
/// while (!stream.IsDone)
/// {
///     using Tensor? block = stream.Advance(cancellation);
///     if (block is not null) { Show(block); }
/// }
/// </code>
/// </summary>
public abstract class LatentStream : IDisposable
{
    private const string EmittedKey = "stream.emitted";

    /// <summary>Begins a stream.</summary>
    /// <param name="run">Sizes, length, seed, prompts, and the sampler with the method's own steps in it.</param>
    /// <param name="network">The network; stays the caller's.</param>
    protected LatentStream(ClipRunInfo run, IClipNetwork network)
    {
        Run = run;
        Network = network;
    }

    /// <summary>The run.</summary>
    public ClipRunInfo Run { get; }

    /// <summary>Latent frames handed out so far.</summary>
    public long Emitted { get; private set; }

    /// <summary>Whether the whole video has been handed out.</summary>
    public bool IsDone => Emitted >= Run.Latents;

    /// <summary>Network calls so far that the plan could not know of (searches).</summary>
    public virtual long ExtraCalls => 0;

    /// <summary>The account of judgments and searches; null (the default) for a run that does not judge what it makes.</summary>
    public virtual SearchCounts? Searches => null;

    /// <summary>Told of every judgment of a run that judges what it makes.</summary>
    public Action<Judgment>? Judged { get; set; }

    /// <summary>The network.</summary>
    protected IClipNetwork Network { get; }

    /// <summary>Does the next unit of work.</summary>
    /// <param name="cancellation">Ends the unit between two network calls; the stream is then as it was before it.</param>
    /// <returns>Clean latents [1, n, C, h, w] that follow those handed out before, the caller's; null if none are finished yet, or when all is done.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Tensor? Advance(CancellationToken cancellation = default)
    {
        if (IsDone)
        {
            return null;
        }
        using TensorScope scope = TensorScope.Open();
        Tensor? block = OnAdvance(cancellation);
        if (block is null)
        {
            return null;
        }
        Emitted += block.Shape[1];
        return TensorScope.Detach(block);
    }

    /// <summary>Puts the whole state into a snapshot.</summary>
    public void Save(GenerationState state)
    {
        state.Put(EmittedKey, Emitted);
        OnSave(state);
    }

    /// <summary>Takes up where <see cref="Save"/> was called, in a new stream of the same method and run.</summary>
    /// <exception cref="Tensors.Files.CheckpointException">The state is damaged or of another run.</exception>
    public void Restore(GenerationState state)
    {
        OnRestore(state);
        Emitted = state.Int64(EmittedKey);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Does the next unit of work: see <see cref="Advance"/>. Never more latents in all than the run has.</summary>
    protected abstract Tensor? OnAdvance(CancellationToken cancellation);

    /// <summary>Saves what the method remembers.</summary>
    protected abstract void OnSave(GenerationState state);

    /// <summary>Restores what <see cref="OnSave"/> saved.</summary>
    protected abstract void OnRestore(GenerationState state);

    /// <summary>Gives the memory back.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
