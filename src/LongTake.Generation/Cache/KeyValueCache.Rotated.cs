using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// Keys as queries meet them, for policies that judge tokens by what they are and where they stand.
public sealed partial class KeyValueCache
{
    /// <summary>
    /// Keys of some slots of a layer after rotation, as a query of the newest frame meets them: content and place in time and space in one.
    /// A copy; to be asked for between chunks.
    /// </summary>
    /// <param name="layer">Transformer block, from 0.</param>
    /// <param name="sample">Sample of the batch, from 0.</param>
    /// <param name="firstSlot">First slot.</param>
    /// <param name="slots">How many, at least 1.</param>
    /// <returns>[slots x P, H x D] in F32, the caller's.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A slot is not in use.</exception>
    /// <exception cref="InvalidOperationException">A chunk was begun and not finished.</exception>
    public Tensor RotatedKeys(int layer, int sample, int firstSlot, int slots)
    {
        RequireComplete();
        CheckSlots(firstSlot, slots);
        using TensorScope scope = TensorScope.Open();
        int rows = slots * Layout.TokensPerFrame;
        RotaryTables tables = TablesOf(layer, sample, firstSlot, rows);
        Shape pool = _keys[layer].Shape;
        Tensor keys = _keys[layer].View([pool[0] * pool[1], pool[2] * pool[3]])
            .Rows((sample * pool[1]) + (firstSlot * Layout.TokensPerFrame), rows).View([1, rows, pool[2], pool[3]]);
        Tensor rotated = _compute.Rope(Widen(_compute, keys), tables.Cos, tables.Sin);
        return scope.Keep(rotated.View([rows, pool[2] * pool[3]]));
    }

    private RotaryTables TablesOf(int layer, int sample, int firstSlot, int rows)
    {
        CacheCall call = new() { Held = Frames, Queries = Frames[^1..], SceneCut = false };
        double[] positions = new double[_count];
        _positions.Place(call, positions, new double[1]);
        RotaryFrequencies standard = _rotary.Frequencies;
        int temporal = standard.Temporal.Length;
        int rowPairs = standard.Height.Length;
        int pairs = Layout.HeadDim / 2;
        int count = _frequencies.TableCount(Layout.Heads);
        Shape shape = count == 1 ? [rows, pairs] : [count, rows, pairs];
        RotaryTables tables = new(Tensor.Empty(shape), Tensor.Empty(shape));
        double[] angles = new double[pairs];
        for (int t = 0; t < count; t++)
        {
            double placed = double.NaN;
            for (int i = 0; i < rows; i++)
            {
                (int cell, double position) = PlaceOf(layer, sample, firstSlot + (i / Layout.TokensPerFrame), i % Layout.TokensPerFrame, positions);
                if (position != placed)
                {
                    _frequencies.Angles(call, t, position, standard.Temporal, angles.AsSpan(0, temporal));
                    placed = position;
                }
                (int row, int column) = Math.DivRem(cell, Layout.Columns);
                for (int k = temporal; k < pairs; k++)
                {
                    angles[k] = k < temporal + rowPairs ? row * standard.Height[k - temporal] : column * standard.Width[k - temporal - rowPairs];
                }
                int at = ((t * rows) + i) * pairs;
                for (int k = 0; k < pairs; k++)
                {
                    (double sine, double cosine) = Math.SinCos(angles[k]);
                    (tables.Sin.Span[at + k], tables.Cos.Span[at + k]) = ((float)sine, (float)cosine);
                }
            }
        }
        return tables;
    }

    private (int Cell, double Position) PlaceOf(int layer, int sample, int slot, int token, double[] positions)
    {
        if (_frames[slot].Role != FrameRole.Chosen)
        {
            return (token, positions[slot]);
        }
        int at = ((slot - _firstChosen) * Layout.TokensPerFrame) + token;
        return (_chosen!.Cells(layer, sample, _chosenSlots)[at], _positions.PlaceToken(positions[slot], _chosen.Origins(layer, sample, _chosenSlots)[at]));
    }
}
