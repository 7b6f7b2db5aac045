using LongTake.Generation.Frequencies;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// Rotation tables: once a chunk, in double precision, for as many frames as there are. There is no largest position.
public sealed partial class KeyValueCache
{
    private readonly RotaryEmbedding _rotary;
    private readonly IFrequencyPolicy _frequencies;
    private readonly double[] _keyPositions;
    private readonly double[] _queryPositions;
    private RotaryFrequencies[] _perHead = [];
    private double[] _angles = [];
    private RotaryTables? _keyTables;
    private RotaryTables? _queryTables;

    /// <summary>Temporal positions of the frames held, as the position policy placed them for the calls of this chunk.</summary>
    internal ReadOnlySpan<double> KeyPositions => _keyPositions.AsSpan(0, _count);

    private void FillTables()
    {
        CacheCall call = Call();
        Span<double> keys = _keyPositions.AsSpan(0, _count);
        Span<double> queries = _queryPositions.AsSpan(0, _queryCount);
        _positions.Place(call, keys, queries);
        _keyTables = Fill(call, keys, _keyTables);
        _queryTables = Fill(call, queries, _queryTables);
    }

    private RotaryTables Fill(in CacheCall call, ReadOnlySpan<double> positions, RotaryTables? tables)
    {
        int count = _frequencies.TableCount(Layout.Heads);
        double[] standard = _rotary.Frequencies.Temporal;
        int tokens = positions.Length * Layout.TokensPerFrame;
        Shape shape = count == 1 ? [tokens, Layout.HeadDim / 2] : [count, tokens, Layout.HeadDim / 2];
        if (tables?.Cos.Shape != shape)
        {
            tables?.Cos.Dispose();
            tables?.Sin.Dispose();
            tables = new RotaryTables(TensorScope.Detach(Tensor.Empty(shape)), TensorScope.Detach(Tensor.Empty(shape)));
        }
        int needed = count * positions.Length * standard.Length;
        if (_angles.Length < needed)
        {
            _angles = new double[count * Capacity * standard.Length];
        }
        Span<double> angles = _angles.AsSpan(0, needed);
        int at = 0;
        for (int t = 0; t < count; t++)
        {
            foreach (double position in positions)
            {
                _frequencies.Angles(call, t, position, standard, angles.Slice(at, standard.Length));
                at += standard.Length;
            }
        }
        if (count > 1 && _perHead.Length != count)
        {
            _perHead = new RotaryFrequencies[count];
            Array.Fill(_perHead, _rotary.Frequencies);
        }
        _rotary.FillAngles(tables.Value, angles, positions.Length, Layout.Rows, Layout.Columns, count == 1 ? [] : _perHead);
        return tables.Value;
    }

    private void DisposeTables()
    {
        _keyTables?.Cos.Dispose();
        _keyTables?.Sin.Dispose();
        _queryTables?.Cos.Dispose();
        _queryTables?.Sin.Dispose();
        DisposeWindowTables();
    }
}
