using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// Slots whose tokens a policy chooses layer by layer. What stays is known when a chunk begins; tokens move at the first call of each layer,
// when its queries are there to choose by.
public sealed partial class KeyValueCache
{
    private readonly ChosenTokens? _chosen;
    private readonly bool[] _pending;
    private readonly CachedFrame[] _before;
    private readonly int[] _sources;
    private readonly int[] _rows;
    private int _beforeCount;
    private int _firstBefore;
    private int _pendingCount;
    private int _firstChosen;
    private int _chosenSlots;

    /// <summary>Frames that were held before the newest chunk began, which is how the rows lie that a policy chooses from.</summary>
    public ReadOnlySpan<CachedFrame> FramesBefore => _before.AsSpan(0, _beforeCount);

    /// <summary>Cells (row x columns + column) of a layer's and sample's chosen tokens, in the order they lie in.</summary>
    internal ReadOnlySpan<int> ChosenCells(int layer, int sample) => _chosen is null ? [] : _chosen.Cells(layer, sample, _chosenSlots);

    /// <summary>Places in the video of the frames that a layer's and sample's chosen tokens belong to.</summary>
    internal ReadOnlySpan<long> ChosenOrigins(int layer, int sample) => _chosen is null ? [] : _chosen.Origins(layer, sample, _chosenSlots);

    /// <summary>Notes which slots will hold what, and leaves the tokens where they are.</summary>
    private void Plan(TokenChoice choice, ReadOnlySpan<bool> keep, int incoming)
    {
        int kept = 0;
        for (int i = 0; i < keep.Length; i++)
        {
            kept += keep[i] ? 1 : 0;
            if (keep[i] && _frames[i].Role == FrameRole.Chosen)
            {
                throw new InvalidOperationException("A policy chooses tokens anew but keeps slots of those chosen before; let them go.");
            }
        }
        if (_chosen is null || choice.Slots < 1 || choice.Slots > _chosen.Capacity || choice.At < 0 || choice.At > kept)
        {
            throw new InvalidOperationException(
                $"A policy wants {choice.Slots} slots of chosen tokens after {choice.At} of {kept} frames; " +
                $"it announced {_chosen?.Capacity ?? 0} slots at most.");
        }
        CheckRoom(kept + choice.Slots, incoming);
        _firstBefore = _firstChosen;
        Array.Copy(_frames, _before, _count);
        _beforeCount = _count;
        int to = 0;
        for (int from = 0, whole = 0; from <= keep.Length; from++)
        {
            if (from < keep.Length && !keep[from])
            {
                continue;
            }
            if (whole == choice.At)
            {
                for (int i = 0; i < choice.Slots; i++)
                {
                    _sources[to] = -1;
                    _frames[to++] = new CachedFrame(choice.Newest, FrameRole.Chosen);
                }
            }
            whole++;
            if (from < keep.Length)
            {
                _sources[to] = from;
                _frames[to++] = _before[from];
            }
        }
        _count = to;
        FindChosen();
        Array.Fill(_pending, true);
        _pendingCount = _pending.Length;
    }

    /// <summary>Lets the policy choose for one layer, and moves its tokens to their new slots.</summary>
    private void Refill(int layer, Tensor q)
    {
        using TensorScope scope = TensorScope.Open();
        int perFrame = Layout.TokensPerFrame;
        Span<int> rows = _rows.AsSpan(0, _chosenSlots * perFrame);
        Shape shape = _keys[layer].Shape.With(1, rows.Length);
        Tensor keys = Tensor.Empty(shape, Type);
        Tensor values = Tensor.Empty(shape, Type);
        for (int b = 0; b < Layout.Batch; b++)
        {
            _context.ChooseTokens(Call(), layer, b, q, this, rows);
            foreach (int row in rows)
            {
                if (row < 0 || row >= _beforeCount * perFrame)
                {
                    throw new InvalidOperationException($"A policy chose the token {row} of {_beforeCount * perFrame}.");
                }
            }
            _compute.Backend.GatherRows(_keys[layer].Rows(b, 1), rows, keys.Rows(b, 1));
            _compute.Backend.GatherRows(_values[layer].Rows(b, 1), rows, values.Rows(b, 1));
            _chosen!.Replace(layer, b, rows, FramesBefore, _firstBefore);
        }

        // Whole frames: those that move to the right, last first, then those that move to the left, so that none is overwritten before it
        // has moved.
        int whole = _count - _queryCount;
        for (int to = whole - 1; to >= 0; to--)
        {
            if (_sources[to] >= 0 && _sources[to] < to)
            {
                CopyFrame(layer, _sources[to], to);
            }
        }
        for (int to = 0; to < whole; to++)
        {
            if (_sources[to] > to)
            {
                CopyFrame(layer, _sources[to], to);
            }
        }
        _compute.CopyRows(keys, 0, _keys[layer], _firstChosen * perFrame, rows.Length);
        _compute.CopyRows(values, 0, _values[layer], _firstChosen * perFrame, rows.Length);
        _pending[layer] = false;
        _pendingCount--;
    }

    private void CopyFrame(int layer, int from, int to)
    {
        int perFrame = Layout.TokensPerFrame;
        _compute.CopyRows(_keys[layer], from * perFrame, _keys[layer], to * perFrame, perFrame);
        _compute.CopyRows(_values[layer], from * perFrame, _values[layer], to * perFrame, perFrame);
    }

    private void FindChosen()
    {
        _firstChosen = 0;
        _chosenSlots = 0;
        for (int i = _count - 1; i >= 0; i--)
        {
            if (_frames[i].Role == FrameRole.Chosen)
            {
                _firstChosen = i;
                _chosenSlots++;
            }
        }
    }

    private void RequireComplete()
    {
        if (_pendingCount > 0)
        {
            throw new InvalidOperationException(
                $"{_pendingCount} layers have not been called since the chunk began, and what they hold has not been chosen yet.");
        }
    }
}
