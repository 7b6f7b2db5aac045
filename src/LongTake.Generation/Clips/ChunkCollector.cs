using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>Cuts blocks of latents as a method finishes them into chunks of one length.</summary>
/// <param name="frames">Latent frames of a chunk.</param>
internal sealed class ChunkCollector(int frames) : IDisposable
{
    private readonly List<Tensor> _blocks = [];
    private int _used;

    /// <summary>Takes a block [1, n, C, h, w] over.</summary>
    public void Add(Tensor block) => _blocks.Add(block);

    /// <summary>A whole chunk [1, frames, C, h, w], the caller's; null if there are too few latents.</summary>
    public Tensor? Take()
    {
        int there = -_used;
        for (int i = 0; i < _blocks.Count; i++)
        {
            there += _blocks[i].Shape[1];
        }
        if (there < frames)
        {
            return null;
        }
        Shape s = _blocks[0].Shape;
        int size = checked((int)s.CountOf(2, 5));
        Tensor chunk = TensorScope.Detach(Tensor.Empty(s.With(1, frames)));
        for (int f = 0; f < frames; f++)
        {
            _blocks[0].Span.Slice(_used * size, size).CopyTo(chunk.Span[(f * size)..]);
            if (++_used == _blocks[0].Shape[1])
            {
                _blocks[0].Dispose();
                _blocks.RemoveAt(0);
                _used = 0;
            }
        }
        return chunk;
    }

    public void Save(GenerationState state)
    {
        state.Put("collector.used", _used);
        state.Put("collector.blocks", _blocks.Count);
        for (int i = 0; i < _blocks.Count; i++)
        {
            state.Put(FormattableString.Invariant($"collector.block.{i}"), _blocks[i]);
        }
    }

    public void Restore(GenerationState state)
    {
        Dispose();
        for (int i = 0; i < state.Int64("collector.blocks"); i++)
        {
            _blocks.Add(TensorScope.Detach(state.Tensor(FormattableString.Invariant($"collector.block.{i}")).Clone()));
        }
        _used = (int)state.Int64("collector.used");
    }

    public void Dispose()
    {
        foreach (Tensor block in _blocks)
        {
            block.Dispose();
        }
        _blocks.Clear();
        _used = 0;
    }
}
