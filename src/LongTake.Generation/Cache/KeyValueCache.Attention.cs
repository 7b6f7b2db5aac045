using System.Runtime.InteropServices;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// One layer of one network call: write the chunk's own keys and values, then attend to what is held.
public sealed partial class KeyValueCache
{
    private readonly List<int> _selection = [];
    private readonly int[] _attended;
    private readonly Tensor[] _samples;

    /// <summary>Tokens that the newest network call attended to, mean over its layers: what attention costs.</summary>
    public double AttendedTokens
    {
        get
        {
            long sum = 0;
            foreach (int tokens in _attended)
            {
                sum += tokens;
            }
            return (double)sum / _attended.Length;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No chunk was begun.</exception>
    /// <exception cref="ArgumentException">The call is not for the frames of the chunk.</exception>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        Check(q);
        if (_windowOwn > 0)
        {
            return AttendWindow(compute, layer, q, k, v);
        }
        using OperationScope scope = compute.Scope();
        int perFrame = Layout.TokensPerFrame;
        int held = _count * perFrame;
        if (_pending[layer])
        {
            Refill(layer, q);
        }
        _context.Observe(Call(), layer, q, this);
        Write(compute, k, _keys[layer]);
        Write(compute, v, _values[layer]);

        Tensor keys;
        Tensor values;
        RotaryTables own = _queryTables!.Value;
        _selection.Clear();
        if (compute.IsRecording)
        {
            // Gradients flow through the chunk's own keys and values; the past is constant. The tables are the tape's own copies, since
            // the backward pass may come when a later chunk has filled them with its positions.
            own = new RotaryTables(own.Cos.Clone(), own.Sin.Clone());
            keys = Join(compute, _keys[layer], k);
            values = Join(compute, _values[layer], v);
        }
        else if (_view.SelectTokens(Call(), layer, q, this, _selection))
        {
            ReadOnlySpan<int> tokens = CollectionsMarshal.AsSpan(_selection);
            keys = Widen(compute, compute.GatherRows(_keys[layer], tokens));
            values = Widen(compute, compute.GatherRows(_values[layer], tokens));
        }
        else
        {
            keys = Widen(compute, First(compute, _keys[layer], held));
            values = Widen(compute, First(compute, _values[layer], held));
        }
        Tensor rotatedQueries = compute.Rope(q, own.Cos, own.Sin);
        Tensor rotatedKeys = RotateKeys(compute, layer, keys);
        if (_selection.Count == 0)
        {
            (rotatedKeys, values) = Seen(compute, layer, rotatedQueries, rotatedKeys, values);
        }
        _attended[layer] = rotatedKeys.Shape[1];
        return scope.Keep(compute.Attention(rotatedQueries, rotatedKeys, values));
    }

    private void Check(Tensor q)
    {
        if (_queryCount == 0)
        {
            throw new InvalidOperationException("The cache has no chunk in work: begin one before the network is called.");
        }
        Shape wanted = [Layout.Batch, _queryCount * Layout.TokensPerFrame, Layout.Heads, Layout.HeadDim];
        if (q.Shape != wanted)
        {
            throw new ArgumentException($"The chunk in work takes queries of shape {wanted}, not {q.Shape}.", nameof(q));
        }
    }

    /// <summary>Puts a call's keys or values in their slots, without those of guarded frames.</summary>
    private void Write(Compute compute, Tensor fresh, Tensor pool)
    {
        int perFrame = Layout.TokensPerFrame;
        Tensor stored = fresh.DType == Type ? fresh : compute.Cast(fresh, Type);
        for (int i = _guarded; i < _queryCount;)
        {
            int run = 1;
            while (i + run < _queryCount && _slots[i + run] == _slots[i] + run)
            {
                run++;
            }
            compute.CopyRows(stored, i * perFrame, pool, _slots[i] * perFrame, run * perFrame);
            i += run;
        }
    }

    private Tensor Join(Compute compute, Tensor pool, Tensor fresh)
    {
        int written = _queryCount - _guarded;
        if (written > 0 && _slots[_guarded] != _count - written)
        {
            throw new InvalidOperationException("Gradients do not flow to frames that merged or chosen ones lie between.");
        }
        if (_guarded > 0)
        {
            fresh = compute.Slice(fresh, 1, _guarded * Layout.TokensPerFrame, written * Layout.TokensPerFrame);
        }
        int row = (_count - written) * Layout.TokensPerFrame;
        return row == 0 ? fresh : compute.Concat([Widen(compute, First(compute, pool, row)), fresh], 1);
    }

    /// <summary>Rotates what is attended to: all held tokens, or those of the selection.</summary>
    private Tensor RotateKeys(Compute compute, int layer, Tensor keys)
    {
        if (_chosenSlots == 0)
        {
            RotaryTables shared = KeyTables(compute);
            return compute.Rope(keys, shared.Cos, shared.Sin);
        }
        if (Layout.Batch == 1)
        {
            PlaceChosen(layer, 0);
            RotaryTables own = KeyTables(compute);
            return compute.Rope(keys, own.Cos, own.Sin);
        }
        for (int b = 0; b < _samples.Length; b++)
        {
            PlaceChosen(layer, b);
            RotaryTables own = KeyTables(compute);
            _samples[b] = compute.Rope(compute.Rows(keys, b, 1), own.Cos, own.Sin);
        }
        return compute.Concat(_samples, 0);
    }

    private RotaryTables KeyTables(Compute compute)
    {
        RotaryTables tables = _keyTables!.Value;
        ReadOnlySpan<int> tokens = CollectionsMarshal.AsSpan(_selection);
        return compute.IsRecording ? new RotaryTables(tables.Cos.Clone(), tables.Sin.Clone())
            : tokens.IsEmpty ? tables
            : new RotaryTables(SelectRows(compute, tables.Cos, tokens), SelectRows(compute, tables.Sin, tokens));
    }

    /// <summary>The first rows of a pool: a view where they lie together, a copy otherwise.</summary>
    private static Tensor First(Compute compute, Tensor pool, int rows)
    {
        if (rows == pool.Shape[1])
        {
            return pool;
        }
        Shape shape = pool.Shape;
        if (shape[0] == 1)
        {
            return pool.View(shape.Sub(1, 4)).Rows(0, rows).View(shape.With(1, rows));
        }
        Tensor copy = Tensor.Empty(shape.With(1, rows), pool.DType);
        compute.CopyRows(pool, 0, copy, 0, rows);
        return copy;
    }

    private static Tensor Widen(Compute compute, Tensor x) => x.DType == DType.F32 ? x : compute.Cast(x, DType.F32);

    private static Tensor SelectRows(Compute compute, Tensor table, ReadOnlySpan<int> tokens) => table.Rank == 3
        ? compute.GatherRows(table, tokens)
        : compute.GatherRows(table.View([1, table.Shape[0], table.Shape[1]]), tokens).View([tokens.Length, table.Shape[1]]);

    private void Move(int from, int to, int frames)
    {
        if (from == to)
        {
            return;
        }
        Array.Copy(_frames, from, _frames, to, frames);
        int perFrame = Layout.TokensPerFrame;
        for (int i = 0; i < _keys.Length; i++)
        {
            _compute.CopyRows(_keys[i], from * perFrame, _keys[i], to * perFrame, frames * perFrame);
            _compute.CopyRows(_values[i], from * perFrame, _values[i], to * perFrame, frames * perFrame);
        }
    }
}
