using System.Globalization;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Cache;

// Saving and restoring between chunks. Only the slots in use are kept.
public sealed partial class KeyValueCache
{
    internal void Save(GenerationState state)
    {
        state.Put("cache.frames", string.Join(',', Frames.ToArray().Select(f => f.Index.ToString(CultureInfo.InvariantCulture))));
        state.Put("cache.next", _next);
        using TensorScope scope = TensorScope.Open();
        for (int i = 0; i < _keys.Length; i++)
        {
            int rows = _count * Layout.TokensPerFrame;
            state.Put($"cache.keys.{i}", First(_compute, _keys[i], rows));
            state.Put($"cache.values.{i}", First(_compute, _values[i], rows));
        }
    }

    internal void Restore(GenerationState state)
    {
        string[] frames = state.Text("cache.frames").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (frames.Length > Capacity)
        {
            throw new CheckpointException($"The saved state holds {frames.Length} latent frames; this cache has room for {Capacity}.");
        }
        int rows = frames.Length * Layout.TokensPerFrame;
        for (int i = 0; i < _keys.Length; i++)
        {
            Take(state.Tensor($"cache.keys.{i}"), _keys[i], rows);
            Take(state.Tensor($"cache.values.{i}"), _values[i], rows);
        }
        for (int i = 0; i < frames.Length; i++)
        {
            _frames[i] = long.TryParse(frames[i], NumberStyles.None, CultureInfo.InvariantCulture, out long index)
                ? new CachedFrame(index)
                : throw new CheckpointException($"The saved state names a latent frame '{frames[i]}'; it is damaged.");
        }
        _count = frames.Length;
        _next = state.Int64("cache.next");
        _started = true;
        _queryCount = 0;
    }

    private void Take(Tensor saved, Tensor pool, int rows)
    {
        if (saved.DType != pool.DType || saved.Shape != pool.Shape.With(1, rows))
        {
            throw new CheckpointException(
                $"The saved state holds keys or values {saved}; {pool.DType} {pool.Shape.With(1, rows)} is expected.");
        }
        _compute.CopyRows(saved, 0, pool, 0, rows);
    }
}
