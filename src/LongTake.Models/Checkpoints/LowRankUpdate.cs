using System.Numerics.Tensors;
using Tensor = LongTake.Tensors.Tensor;

namespace LongTake.Models.Checkpoints;

/// <summary>W += scale * B A, row by row of W; a row's sum runs over the rank in order, so the result does not depend on threads.</summary>
internal static class LowRankUpdate
{
    /// <summary>Adds scale * b [out, rank] * a [rank, in] to w [out, in], all F32.</summary>
    public static unsafe void Add(Tensor w, Tensor b, Tensor a, float scale)
    {
        int rows = w.Shape[0];
        int columns = w.Shape[1];
        int rank = a.Shape[0];
        // Pointers, since spans cannot be captured; the tensors outlive the loop.
        nint target = (nint)w.F32;
        nint left = (nint)b.F32;
        nint right = (nint)a.F32;
        Parallel.For(0, rows, () => new float[columns], (row, _, sum) =>
        {
            Array.Clear(sum);
            ReadOnlySpan<float> factors = new((float*)left + ((long)row * rank), rank);
            for (int r = 0; r < rank; r++)
            {
                TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>((float*)right + ((long)r * columns), columns), factors[r], sum, sum);
            }
            Span<float> line = new((float*)target + ((long)row * columns), columns);
            TensorPrimitives.MultiplyAdd(sum, scale, line, line);
            return sum;
        }, _ => { });
    }
}
