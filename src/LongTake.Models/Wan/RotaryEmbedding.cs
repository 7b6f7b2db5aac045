using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Three-axis rotary position embedding: tables of cosines and sines for given temporal positions (any real number, one
/// a latent frame) on a grid of rows and columns that starts at 0. Angles are computed in double precision; there is no
/// largest position. Tables asked for again are not computed again. Source: spec wan-model, section 3.4. Thread-safe.
/// </summary>
public sealed partial class RotaryEmbedding : IDisposable
{
    /// <summary>Makes an embedding with the frequencies of Wan.</summary>
    /// <param name="headDim">Head dimension D, even.</param>
    /// <param name="rotaryBase">Base of the frequencies.</param>
    /// <exception cref="ArgumentException">The head dimension is odd or not positive.</exception>
    public RotaryEmbedding(int headDim, double rotaryBase = 10000)
    {
        Frequencies = RotaryFrequencies.Standard(headDim, rotaryBase);
        _standard = [Frequencies];
    }

    /// <summary>The frequencies that are used where a call names none.</summary>
    public RotaryFrequencies Frequencies { get; }

    /// <summary>Head dimension D.</summary>
    public int HeadDim => 2 * Frequencies.Pairs;

    /// <summary>
    /// Writes tables into tensors of the caller's, for positions that change with every call.
    /// </summary>
    /// <param name="tables">Cosines and sines to write, F32 or F64: [N, D/2], or [H, N, D/2] with frequencies a head; N is positions x height x width.</param>
    /// <param name="positions">Temporal position of each frame.</param>
    /// <param name="height">Rows of tokens.</param>
    /// <param name="width">Columns of tokens.</param>
    /// <param name="frequencies">One for all heads (then also tables [N, D/2] do), or one a head; empty for <see cref="Frequencies"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Fill(
        RotaryTables tables, ReadOnlySpan<double> positions, int height, int width, ReadOnlySpan<RotaryFrequencies> frequencies = default)
    {
        if (frequencies.IsEmpty)
        {
            frequencies = _standard;
        }
        int temporal = frequencies[0].Temporal.Length;
        using Tensor angles = Tensor.Empty([frequencies.Length, positions.Length, temporal], DType.F64);
        Span<double> a = angles.AsSpan<double>();
        int i = 0;
        foreach (RotaryFrequencies f in frequencies)
        {
            if (f.Temporal.Length != temporal || f.Pairs != Frequencies.Pairs)
            {
                throw new ArgumentException(
                    $"Frequencies of {f.Temporal.Length} temporal and {f.Pairs} pairs in all do not fit; {temporal} and {Frequencies.Pairs} are expected.",
                    nameof(frequencies));
            }
            foreach (double position in positions)
            {
                foreach (double frequency in f.Temporal)
                {
                    a[i++] = position * frequency;
                }
            }
        }
        FillAngles(tables, a, positions.Length, height, width, frequencies);
    }

    /// <summary>
    /// Writes tables from temporal angles computed elsewhere, for methods in which angle is not position times frequency.
    /// </summary>
    /// <param name="tables">As in <see cref="Fill"/>.</param>
    /// <param name="angles">Temporal angles [frames, temporal pairs], or [H, frames, temporal pairs] with frequencies a head.</param>
    /// <param name="frames">Latent frames.</param>
    /// <param name="height">Rows of tokens.</param>
    /// <param name="width">Columns of tokens.</param>
    /// <param name="frequencies">As in <see cref="Fill"/>; only the spatial ones are used.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void FillAngles(
        RotaryTables tables, ReadOnlySpan<double> angles, int frames, int height, int width, ReadOnlySpan<RotaryFrequencies> frequencies = default)
    {
        if (frequencies.IsEmpty)
        {
            frequencies = _standard;
        }
        int heads = frequencies.Length;
        long tokens = (long)frames * height * width;
        CheckTable(tables.Cos, heads, tokens);
        CheckTable(tables.Sin, heads, tokens);
        if (tables.Cos.DType != tables.Sin.DType)
        {
            throw new ArgumentException($"Tables of cosines ({tables.Cos}) and sines ({tables.Sin}) must have one type.", nameof(tables));
        }
        if (angles.Length != (long)heads * frames * frequencies[0].Temporal.Length)
        {
            throw new ArgumentException(
                $"{heads} x {frames} x {frequencies[0].Temporal.Length} temporal angles are needed, not {angles.Length}.", nameof(angles));
        }
        if (tables.Cos.DType == DType.F64)
        {
            FillRows(tables.Cos.AsSpan<double>(), tables.Sin.AsSpan<double>(), angles, frames, height, width, frequencies);
        }
        else
        {
            FillRows(tables.Cos.AsSpan<float>(), tables.Sin.AsSpan<float>(), angles, frames, height, width, frequencies);
        }
    }

    /// <summary>Makes tables that the caller owns.</summary>
    /// <param name="positions">Temporal position of each frame.</param>
    /// <param name="height">Rows of tokens.</param>
    /// <param name="width">Columns of tokens.</param>
    /// <param name="frequencies">One, or one a head (then the tables are [H, N, D/2]); empty for <see cref="Frequencies"/>.</param>
    /// <param name="type">F32, or F64 for reference computations.</param>
    public RotaryTables Create(
        ReadOnlySpan<double> positions, int height, int width, ReadOnlySpan<RotaryFrequencies> frequencies = default, DType type = DType.F32)
    {
        int tokens = positions.Length * height * width;
        int pairs = Frequencies.Pairs;
        Shape shape = frequencies.Length > 1 ? [frequencies.Length, tokens, pairs] : [tokens, pairs];
        RotaryTables tables = new(Tensor.Empty(shape, type), Tensor.Empty(shape, type));
        Fill(tables, positions, height, width, frequencies);
        return tables;
    }

    private void CheckTable(Tensor table, int heads, long tokens)
    {
        if (table.Shape[-1] != Frequencies.Pairs || table.Count != heads * tokens * Frequencies.Pairs)
        {
            throw new ArgumentException(
                $"A rotary table of {heads} x {tokens} tokens x {Frequencies.Pairs} pairs is needed, not {table.Shape}.", nameof(table));
        }
    }
}
