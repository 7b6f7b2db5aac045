using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// What an autoencoder remembers of the frames that have passed: for each causal convolution the last frames of its input.
/// Owned by one stream; its memory is made in the first step and reused until the stream is disposed.
/// Source: spec wan-model, section 5.4.
/// </summary>
/// <param name="slots">Number of layers that remember something.</param>
internal sealed class VaeFeatureCache(int slots) : IDisposable
{
    private readonly Tensor?[] _history = new Tensor?[slots];

    // A slot that has seen its first frame: the temporal resampling layers let that one pass as it is.
    private readonly bool[] _started = new bool[slots];

    /// <summary>Latent frames that have passed.</summary>
    public long Latents { get; set; }

    /// <summary>The remembered frames of a slot; zeros at the beginning of a stream.</summary>
    /// <exception cref="ArgumentException">The stream began with another batch or frame size.</exception>
    public Tensor History(int slot, Shape shape)
    {
        Tensor? history = _history[slot];
        if (history is null)
        {
            return _history[slot] = TensorScope.Detach(Tensor.Zeros(shape));
        }
        if (history.Shape != shape)
        {
            throw new ArgumentException(
                $"The stream began with another batch or frame size (a layer remembers {history.Shape}, now it would need {shape}); reset it first.");
        }
        return history;
    }

    /// <summary>Whether this is a layer's first call of the stream; later calls answer no.</summary>
    public bool Start(int slot)
    {
        bool first = !_started[slot];
        _started[slot] = true;
        return first;
    }

    /// <summary>Begins a new stream; memory is kept.</summary>
    public void Reset()
    {
        Latents = 0;
        Array.Clear(_started);
        foreach (Tensor? t in _history)
        {
            t?.Clear();
        }
    }

    /// <summary>Copies of everything: a state tensor I64 [1 + slots] (latents, then 1 for a started and 2 for a remembering slot), then the histories in order.</summary>
    public IReadOnlyList<Tensor> Save()
    {
        Tensor state = TensorScope.Detach(Tensor.Zeros([1 + slots], DType.I64));
        List<Tensor> list = [state];
        Span<long> values = state.AsSpan<long>();
        values[0] = Latents;
        for (int i = 0; i < slots; i++)
        {
            values[1 + i] = (_started[i] ? 1 : 0) + (_history[i] is null ? 0 : 2);
            if (_history[i] is Tensor history)
            {
                list.Add(TensorScope.Detach(history.Clone()));
            }
        }
        return list;
    }

    /// <summary>Puts a saved state back; the list stays the caller's.</summary>
    /// <exception cref="CheckpointException">The list is not the state of such a stream.</exception>
    public void Load(IReadOnlyList<Tensor> saved)
    {
        if (saved.Count == 0 || saved[0].DType != DType.I64 || saved[0].Count != 1 + slots)
        {
            throw new CheckpointException($"The saved state is not that of an autoencoder stream with {slots} remembering layers.");
        }
        Span<long> values = saved[0].AsSpan<long>();
        int wanted = 1;
        for (int i = 0; i < slots; i++)
        {
            wanted += (int)((values[1 + i] >> 1) & 1);
        }
        if (saved.Count != wanted || saved.Skip(1).Any(t => t.DType != DType.F32 || t.Rank != 5))
        {
            throw new CheckpointException($"The saved state of the autoencoder stream is incomplete: {saved.Count} tensors, {wanted} expected.");
        }
        Dispose();
        Latents = values[0];
        int next = 1;
        for (int i = 0; i < slots; i++)
        {
            _started[i] = (values[1 + i] & 1) != 0;
            if ((values[1 + i] & 2) != 0)
            {
                _history[i] = TensorScope.Detach(saved[next++].Clone());
            }
        }
    }

    /// <summary>Frees the memory; the next step begins a new stream.</summary>
    public void Dispose()
    {
        Latents = 0;
        Array.Clear(_started);
        for (int i = 0; i < slots; i++)
        {
            _history[i]?.Dispose();
            _history[i] = null;
        }
    }
}
