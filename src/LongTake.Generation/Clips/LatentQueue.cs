using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Clips;

/// <summary>
/// A queue of latents in work, the cleanest at the head (index 0). What a solver remembers of a latent goes with it, never with its index. Memory is taken
/// once, for the most latents that there will be. Source: miga.md 4.1, pitfall 2.
/// </summary>
public sealed class LatentQueue : IDisposable
{
    private readonly LatentStore _store;
    private readonly ulong _seed;
    private int _head;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="capacity">Most latents.</param>
    /// <param name="latent">Shape of a latent [C, h, w].</param>
    /// <param name="solver">What moves them.</param>
    /// <param name="seed">Seed of the noise that enters.</param>
    public LatentQueue(int capacity, Shape latent, LatentSolver solver, ulong seed)
    {
        _store = new LatentStore(capacity, latent, solver, seed);
        _seed = seed;
    }

    /// <summary>Latents in the queue.</summary>
    public int Count { get; private set; }

    /// <summary>Most latents.</summary>
    public int Capacity => _store.Slots;

    /// <summary>Numbers of a latent.</summary>
    public int LatentSize => _store.LatentSize;

    /// <summary>The latent at an index, C h w numbers.</summary>
    public Span<float> Sample(int index) => _store.Sample(Slot(index));

    /// <summary>Its place in the video.</summary>
    public long Place(int index) => _store.Place(Slot(index));

    /// <summary>Its noise level.</summary>
    public int Level(int index) => _store.Level(Slot(index));

    /// <summary>What the network is told of its noise.</summary>
    public float Timestep(int index) => _store.Timestep(Slot(index));

    /// <summary>Appends a latent whose numbers are the caller's to fill.</summary>
    /// <param name="place">Place in the video.</param>
    /// <param name="level">Noise level.</param>
    /// <returns>C h w numbers.</returns>
    /// <exception cref="InvalidOperationException">The queue is full.</exception>
    public Span<float> Push(long place, int level)
    {
        int slot = Grow();
        _store.Reset(slot, place, level);
        return _store.Sample(slot);
    }

    /// <summary>Appends pure noise.</summary>
    /// <param name="place">Place in the video, from 0.</param>
    public void PushNoise(long place) => ClipNoise.Initial(_seed, place, Push(place, 0));

    /// <summary>Appends a copy of a latent of another queue with all that belongs to it.</summary>
    public void PushCopy(LatentQueue source, int index) => _store.Take(Grow(), source._store, source.Slot(index));

    /// <summary>Overwrites a latent with one of another queue, with all that belongs to it.</summary>
    public void Replace(int index, LatentQueue source, int from) => _store.Take(Slot(index), source._store, source.Slot(from));

    /// <summary>Removes latents from the head.</summary>
    public void Pop(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        _head = (_head + count) % Capacity;
        Count -= count;
    }

    /// <summary>Removes latents from the tail.</summary>
    public void DropTail(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count -= count;
    }

    /// <summary>Removes all latents.</summary>
    public void Clear()
    {
        _head = 0;
        Count = 0;
    }

    /// <summary>Moves a latent to the next level.</summary>
    public void Step(int index, ReadOnlySpan<float> prediction) => _store.Step(Slot(index), prediction);

    /// <summary>Says which level a latent counts as being at from now on, with an empty history.</summary>
    public void Relabel(int index, int level) => _store.Reset(Slot(index), Place(index), level);

    /// <summary>Noises a clean latent back to a level.</summary>
    public void Renoise(int index, int level, ReadOnlySpan<float> noise) => _store.Renoise(Slot(index), level, noise);

    /// <summary>Puts everything into a snapshot.</summary>
    public void Save(GenerationState state, string name)
    {
        state.Put($"{name}.head", _head);
        state.Put($"{name}.count", Count);
        _store.Save(state, name);
    }

    /// <summary>Takes a snapshot over.</summary>
    /// <exception cref="CheckpointException">It is damaged, or of another queue.</exception>
    public void Restore(GenerationState state, string name)
    {
        long head = state.Int64($"{name}.head");
        long count = state.Int64($"{name}.count");
        if (head < 0 || head >= Capacity || count < 0 || count > Capacity)
        {
            throw new CheckpointException($"The saved state's '{name}' has {count} latents from slot {head}, but there is room for {Capacity}; it is damaged.");
        }
        _store.Restore(state, name);
        _head = (int)head;
        Count = (int)count;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _store.Dispose();

    private int Grow()
    {
        if (Count == Capacity)
        {
            throw new InvalidOperationException($"The queue is full with {Capacity} latents.");
        }
        return (_head + Count++) % Capacity;
    }

    private int Slot(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return (_head + index) % Capacity;
    }
}
