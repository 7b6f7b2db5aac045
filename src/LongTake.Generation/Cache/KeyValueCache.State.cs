using System.Globalization;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Cache;

// Saving and restoring between chunks. Only the slots in use are kept.
public sealed partial class KeyValueCache
{
    private const string MergedMark = "m";
    private const string ChosenMark = "c";
    private const string RecycledMark = "r";

    internal void Save(GenerationState state)
    {
        RequireComplete();
        state.Put("cache.frames", string.Join(',', Frames.ToArray().Select(Written)));
        state.Put("cache.next", _next);
        if (ArchiveCapacity > 0)
        {
            state.Put("cache.archived", _archived);
        }
        using TensorScope scope = TensorScope.Open();
        for (int i = 0; i < _keys.Length; i++)
        {
            int rows = _count * Layout.TokensPerFrame;
            state.Put($"cache.keys.{i}", First(_compute, _keys[i], rows));
            state.Put($"cache.values.{i}", First(_compute, _values[i], rows));
            if (_archived > 0)
            {
                state.Put($"cache.archive.keys.{i}", First(_compute, _archivedKeys[i], _archived * Layout.TokensPerFrame));
                state.Put($"cache.archive.values.{i}", First(_compute, _archivedValues[i], _archived * Layout.TokensPerFrame));
            }
            if (_chosenSlots > 0)
            {
                (Tensor cells, Tensor origins) = EmptyMap();
                int tokens = cells.Shape[1];
                for (int b = 0; b < Layout.Batch; b++)
                {
                    _chosen!.Cells(i, b, _chosenSlots).CopyTo(cells.AsSpan<int>()[(b * tokens)..]);
                    _chosen.Origins(i, b, _chosenSlots).CopyTo(origins.AsSpan<long>()[(b * tokens)..]);
                }
                state.Put($"cache.cells.{i}", cells);
                state.Put($"cache.origins.{i}", origins);
            }
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
            _frames[i] = Read(frames[i]);
        }
        _count = frames.Length;
        FindChosen();
        RestoreChosen(state);
        RestoreArchive(state);
        _next = state.Int64("cache.next");
        _started = true;
        _queryCount = 0;
        _pendingCount = 0;
        Array.Clear(_pending);
    }

    private void RestoreChosen(GenerationState state)
    {
        if (_chosenSlots > (_chosen?.Capacity ?? 0))
        {
            throw new CheckpointException(
                $"The saved state holds {_chosenSlots} slots of chosen tokens; this cache has room for {_chosen?.Capacity ?? 0}.");
        }
        using TensorScope scope = TensorScope.Open();
        for (int i = 0; i < _keys.Length && _chosenSlots > 0; i++)
        {
            (Tensor cells, Tensor origins) = EmptyMap();
            Tensor savedCells = state.Tensor($"cache.cells.{i}");
            Tensor savedOrigins = state.Tensor($"cache.origins.{i}");
            if (savedCells.Shape != cells.Shape || savedCells.DType != cells.DType || savedOrigins.Shape != origins.Shape ||
                savedOrigins.DType != origins.DType || savedCells.AsSpan<int>().ContainsAnyExceptInRange(0, Layout.TokensPerFrame - 1))
            {
                throw new CheckpointException($"The saved state says of chosen tokens {savedCells} and {savedOrigins}; it is damaged.");
            }
            int tokens = cells.Shape[1];
            for (int b = 0; b < Layout.Batch; b++)
            {
                savedCells.AsSpan<int>().Slice(b * tokens, tokens).CopyTo(_chosen!.Cells(i, b, _chosenSlots));
                savedOrigins.AsSpan<long>().Slice(b * tokens, tokens).CopyTo(_chosen.Origins(i, b, _chosenSlots));
            }
        }
    }

    private void RestoreArchive(GenerationState state)
    {
        long archived = ArchiveCapacity == 0 ? 0 : state.Int64("cache.archived");
        if (archived < 0 || archived > ArchiveCapacity)
        {
            throw new CheckpointException($"The saved state has {archived} latent frames aside; this cache has room for {ArchiveCapacity}.");
        }
        _archived = (int)archived;
        for (int i = 0; i < _keys.Length && _archived > 0; i++)
        {
            Take(state.Tensor($"cache.archive.keys.{i}"), _archivedKeys[i], _archived * Layout.TokensPerFrame);
            Take(state.Tensor($"cache.archive.values.{i}"), _archivedValues[i], _archived * Layout.TokensPerFrame);
        }
    }

    private (Tensor Cells, Tensor Origins) EmptyMap()
    {
        Shape shape = [Layout.Batch, _chosenSlots * Layout.TokensPerFrame];
        return (Tensor.Empty(shape, DType.I32), Tensor.Empty(shape, DType.I64));
    }

    /// <summary>A frame's place, followed by a letter for its role.</summary>
    private static string Written(CachedFrame frame)
    {
        string role = frame.Role switch
        {
            FrameRole.Merged => MergedMark,
            FrameRole.Chosen => ChosenMark,
            FrameRole.Recycled => RecycledMark,
            _ => string.Empty,
        };
        return frame.Index.ToString(CultureInfo.InvariantCulture) + role;
    }

    private static CachedFrame Read(string written)
    {
        FrameRole role = written.EndsWith(MergedMark, StringComparison.Ordinal) ? FrameRole.Merged
            : written.EndsWith(ChosenMark, StringComparison.Ordinal) ? FrameRole.Chosen
            : written.EndsWith(RecycledMark, StringComparison.Ordinal) ? FrameRole.Recycled
            : FrameRole.Frame;
        ReadOnlySpan<char> place = role == FrameRole.Frame ? written : written.AsSpan(0, written.Length - 1);
        return long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out long index)
            ? new CachedFrame(index, role)
            : throw new CheckpointException($"The saved state names a latent frame '{written}'; it is damaged.");
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
