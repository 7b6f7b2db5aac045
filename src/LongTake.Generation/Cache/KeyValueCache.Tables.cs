using LongTake.Generation.Frequencies;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// Rotation tables: once a chunk, in double precision, for as many frames as there are. There is no largest position. Tokens chosen layer by
// layer get theirs at each call.
public sealed partial class KeyValueCache
{
    private readonly RotaryEmbedding _rotary;
    private readonly IFrequencyPolicy _frequencies;
    private readonly double[] _keyPositions;
    private readonly double[] _queryPositions;
    private RotaryFrequencies[] _perHead = [];
    private double[] _angles = [];
    private readonly RotaryTables?[] _keyViews;
    private readonly RotaryTables?[] _queryViews;
    private RotaryTables? _keyMemory;
    private RotaryTables? _queryMemory;
    private double[] _oldestAngles = [];
    private RotaryTables? _keyTables;
    private RotaryTables? _queryTables;

    /// <summary>
    /// How the oldest slot, a sink where there is one, looks from the first frame of the chunk in work, at the angles in force: for a video
    /// that goes on with a sink at its place, C(D) of the sink's distance. With bases of their own for heads, the mean over heads.
    /// </summary>
    public PhaseView OldestPhase { get; private set; }

    /// <summary>Temporal positions of the frames held, as the position policy placed them for the calls of this chunk.</summary>
    internal ReadOnlySpan<double> KeyPositions => _keyPositions.AsSpan(0, _count);

    private void FillTables()
    {
        CacheCall call = Call();
        Span<double> keys = _keyPositions.AsSpan(0, _count);
        Span<double> queries = _queryPositions.AsSpan(0, _queryCount);
        _positions.Place(call, keys, queries);
        _keyTables = Fill(call, keys, ref _keyViews[_count], ref _keyMemory);
        KeepOldestAngles();
        _queryTables = Fill(call, queries, ref _queryViews[_queryCount], ref _queryMemory);
        OldestPhase = new PhaseView(queries[0] - keys[0], Concentration());
    }

    /// <summary>The angles of the oldest slot, which those of the queries are about to overwrite; one row a table.</summary>
    private void KeepOldestAngles()
    {
        (int tables, int pairs) = (_frequencies.TableCount(Layout.Heads), _rotary.Frequencies.Temporal.Length);
        if (_oldestAngles.Length != tables * pairs)
        {
            _oldestAngles = new double[tables * pairs];
        }
        for (int t = 0; t < tables; t++)
        {
            _angles.AsSpan(t * _count * pairs, pairs).CopyTo(_oldestAngles.AsSpan(t * pairs));
        }
    }

    /// <summary>How far the phases of all pairs agree between the first query and the oldest slot, mean over tables.</summary>
    private double Concentration()
    {
        int pairs = _rotary.Frequencies.Temporal.Length;
        int tables = _oldestAngles.Length / pairs;
        double sum = 0;
        for (int t = 0; t < tables; t++)
        {
            Span<double> oldest = _oldestAngles.AsSpan(t * pairs, pairs);
            for (int i = 0; i < pairs; i++)
            {
                oldest[i] = _angles[(t * _queryCount * pairs) + i] - oldest[i];
            }
            sum += PhaseConcentration.Of(oldest);
        }
        return sum / tables;
    }

    private RotaryTables Fill(in CacheCall call, ReadOnlySpan<double> positions, ref RotaryTables? tables, ref RotaryTables? memory)
    {
        int count = _frequencies.TableCount(Layout.Heads);
        double[] standard = _rotary.Frequencies.Temporal;
        int tokens = positions.Length * Layout.TokensPerFrame;
        Shape shape = count == 1 ? [tokens, Layout.HeadDim / 2] : [count, tokens, Layout.HeadDim / 2];
        if (tables?.Cos.Shape != shape)
        {
            // Memory for as many frames as there can be is taken once, and a view of it for each number of frames: what is held may shrink
            // and grow.
            Shape most = [count * Capacity * Layout.TokensPerFrame, Layout.HeadDim / 2];
            memory ??= new RotaryTables(TensorScope.Detach(Tensor.Empty(most)), TensorScope.Detach(Tensor.Empty(most)));
            tables?.Cos.Dispose();
            tables?.Sin.Dispose();
            tables = new RotaryTables(Part(memory.Value.Cos, count * tokens, shape), Part(memory.Value.Sin, count * tokens, shape));
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

    private static Tensor Part(Tensor memory, int rows, Shape shape)
    {
        using Tensor part = memory.Rows(0, rows);
        return TensorScope.Detach(part.View(shape));
    }

    /// <summary>
    /// Gives the rows of chosen tokens in the tables of keys the angles that they have in one layer and sample: the temporal one of their
    /// position, the spatial ones of the cell they come from.
    /// </summary>
    private void PlaceChosen(int layer, int sample)
    {
        int perFrame = Layout.TokensPerFrame;
        int pairs = Layout.HeadDim / 2;
        double[] standard = _rotary.Frequencies.Temporal;
        int temporal = standard.Length;
        RotaryTables tables = _keyTables!.Value;
        int count = tables.Cos.Rank == 3 ? tables.Cos.Shape[0] : 1;
        ReadOnlySpan<int> cells = _chosen!.Cells(layer, sample, _chosenSlots);
        ReadOnlySpan<long> origins = _chosen.Origins(layer, sample, _chosenSlots);
        Span<double> angles = _angles.AsSpan(0, temporal);
        Span<float> cosines = stackalloc float[temporal];
        Span<float> sines = stackalloc float[temporal];
        CacheCall call = Call();
        for (int t = 0; t < count; t++)
        {
            int table = t * _count * perFrame * pairs;
            Span<float> cos = tables.Cos.Span.Slice(table, _count * perFrame * pairs);
            Span<float> sin = tables.Sin.Span.Slice(table, _count * perFrame * pairs);
            double placed = double.NaN;
            for (int i = 0; i < cells.Length; i++)
            {
                double position = _positions.PlaceToken(_keyPositions[_firstChosen + (i / perFrame)], origins[i]);
                if (position != placed)
                {
                    _frequencies.Angles(call, t, position, standard, angles);
                    for (int k = 0; k < temporal; k++)
                    {
                        (double sine, double cosine) = Math.SinCos(angles[k]);
                        (sines[k], cosines[k]) = ((float)sine, (float)cosine);
                    }
                    placed = position;
                }
                int row = ((_firstChosen * perFrame) + i) * pairs;
                cosines.CopyTo(cos[row..]);
                sines.CopyTo(sin[row..]);

                // The newest slot holds a whole frame, whose rows have every cell's spatial angles.
                int cell = ((((_count - 1) * perFrame) + cells[i]) * pairs) + temporal;
                cos.Slice(cell, pairs - temporal).CopyTo(cos[(row + temporal)..]);
                sin.Slice(cell, pairs - temporal).CopyTo(sin[(row + temporal)..]);
            }
        }
    }

    private void DisposeTables()
    {
        foreach (RotaryTables? tables in (RotaryTables?[])[.. _keyViews, .. _queryViews, _keyMemory, _queryMemory])
        {
            tables?.Cos.Dispose();
            tables?.Sin.Dispose();
        }
        DisposeWindowTables();
    }
}
