using LongTake.Tensors;

namespace LongTake.Models.Vision;

/// <summary>
/// The learned positions of a vision transformer, resized to other grids as DINO's code does it: bicubic, with scale factors that are a
/// tenth of a patch too large ((rows + 0.1) / table rows), which is what the published scores were made with. Source: spec metric-models, 1.4.
/// </summary>
/// <param name="table">[1 + grid * grid, d]: the class token, then the patches row by row. Stays the caller's.</param>
/// <param name="grid">Patches along a side of the table.</param>
internal sealed class PositionTable(Tensor table, int grid) : IDisposable
{
    private const double Offset = 0.1;

    // The frames of a video have one size, so one resized table is kept.
    private Tensor? _resized;
    private (int Rows, int Columns) _size;

    /// <summary>The positions for a grid, [1 + rows * columns, d]; valid until the next call.</summary>
    /// <param name="rows">Patches down.</param>
    /// <param name="columns">Patches across.</param>
    /// <param name="isSquare">Whether the image is square; only then a grid of the table's size takes it as it is.</param>
    public Tensor For(int rows, int columns, bool isSquare)
    {
        if (rows == grid && columns == grid && isSquare)
        {
            return table;
        }
        if (_resized is null || _size != (rows, columns))
        {
            _resized?.Dispose();
            _resized = TensorScope.Detach(Resize(rows, columns));
            _size = (rows, columns);
        }
        return _resized;
    }

    /// <summary>How an axis of the table is sampled for <paramref name="patches"/> patches.</summary>
    internal static SampledAxis Axis(int grid, int patches) => SampledAxis.Bicubic(grid, patches, grid / (patches + Offset));

    /// <summary>Frees the resized table.</summary>
    public void Dispose() => _resized?.Dispose();

    private Tensor Resize(int rows, int columns)
    {
        int d = table.Shape[1];
        Tensor result = Tensor.Empty([1 + (rows * columns), d]);
        Span<float> target = result.Span;
        ReadOnlySpan<float> source = table.Span;
        source[..d].CopyTo(target);
        SampledAxis vertical = Axis(grid, rows);
        SampledAxis horizontal = Axis(grid, columns);
        // Columns first, then rows: each entry is a vector of d numbers.
        float[] wide = new float[grid * columns * d];
        for (int y = 0; y < grid; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                Mix(source[d..], (y * grid * d, d), horizontal, x, wide.AsSpan(((y * columns) + x) * d, d));
            }
        }
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < columns; x++)
            {
                Mix(wide, (x * d, columns * d), vertical, y, target.Slice((1 + (y * columns) + x) * d, d));
            }
        }
        return result;
    }

    private static void Mix(ReadOnlySpan<float> source, (int Start, int Step) line, SampledAxis axis, int output, Span<float> target)
    {
        target.Clear();
        ReadOnlySpan<int> indices = axis.Indices(output);
        ReadOnlySpan<float> weights = axis.Weights(output);
        for (int tap = 0; tap < indices.Length; tap++)
        {
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(
                source.Slice(line.Start + (indices[tap] * line.Step), target.Length), weights[tap], target, target);
        }
    }
}
