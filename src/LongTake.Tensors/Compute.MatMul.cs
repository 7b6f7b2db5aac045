using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>Matrix product over equal leading dimensions, or with one shared right-hand matrix.</summary>
    /// <param name="a">[..., M, K], or [..., K, M] when <paramref name="transposeA"/>.</param>
    /// <param name="b">[..., K, N] or [K, N], or [..., N, K] or [N, K] when <paramref name="transposeB"/>.</param>
    /// <param name="transposeA">Whether a is stored transposed.</param>
    /// <param name="transposeB">Whether b is stored transposed.</param>
    /// <returns>[..., M, N].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor MatMul(Tensor a, Tensor b, bool transposeA = false, bool transposeB = false)
    {
        if (a.Rank < 2 || b.Rank < 2 || (b.Rank != 2 && a.Shape.Sub(0, a.Rank - 2) != b.Shape.Sub(0, b.Rank - 2)))
        {
            throw new ArgumentException($"Matrices need equal leading dimensions (or a 2-D second one); these are {a.Shape} and {b.Shape}.", nameof(b));
        }
        int depth = transposeA ? a.Shape[-2] : a.Shape[-1];
        int rows = transposeA ? a.Shape[-1] : a.Shape[-2];
        int columns = transposeB ? b.Shape[-2] : b.Shape[-1];
        if (depth != (transposeB ? b.Shape[-1] : b.Shape[-2]))
        {
            throw new ArgumentException(
                $"The inner dimensions of {a.Shape}{(transposeA ? "ᵀ" : "")} and {b.Shape}{(transposeB ? "ᵀ" : "")} differ.", nameof(b));
        }
        Tensor c = Tensor.Empty(a.Shape.With(-2, rows).With(-1, columns), a.DType);
        Backend.MatMul(a, b, c, transposeA, transposeB, accumulate: false);
        if (Records(a, b))
        {
            RecordMatMul(a, b, transposeA, transposeB, c);
        }
        return c;
    }

    private void RecordMatMul(Tensor a, Tensor b, bool transposeA, bool transposeB, Tensor c)
    {
        Tape tape = Tape!;
        tape.Add(c, dc =>
        {
            if (a.RequiresGrad)
            {
                // C = A B: dA = dC Bᵀ; C = Aᵀ B: dA = B dCᵀ.
                if (transposeA && b.Rank == 2 && a.Rank > 2)
                {
                    AddTransposedProduct(b, dc, tape.GradOf(a), transposeB);
                }
                else if (transposeA)
                {
                    Backend.MatMul(b, dc, tape.GradOf(a), transposeB, transposeB: true, accumulate: true);
                }
                else
                {
                    Backend.MatMul(dc, b, tape.GradOf(a), transposeA: false, !transposeB, accumulate: true);
                }
            }
            if (b.RequiresGrad)
            {
                // C = A B: dB = Aᵀ dC; C = A Bᵀ: dB = dCᵀ A.
                if (transposeB)
                {
                    Backend.MatMul(dc, a, tape.GradOf(b), transposeA: true, transposeA, accumulate: true);
                }
                else
                {
                    Backend.MatMul(a, dc, tape.GradOf(b), !transposeA, transposeB: false, accumulate: true);
                }
            }
        });
    }

    // dA[i] += op(B) dC[i]ᵀ with one B for every i: the shared matrix is on the left here, so one product an entry.
    private void AddTransposedProduct(Tensor b, Tensor dc, Tensor da, bool transposeB)
    {
        int rows = da.Shape[-2];
        int columns = da.Shape[-1];
        int batch = checked((int)(da.Count / ((long)rows * columns)));
        using Tensor left = da.View([batch, rows, columns]);
        using Tensor right = dc.View([batch, dc.Shape[-2], dc.Shape[-1]]);
        for (int i = 0; i < batch; i++)
        {
            using Tensor to = left.Row(i);
            using Tensor from = right.Row(i);
            Backend.MatMul(b, from, to, transposeB, transposeB: true, accumulate: true);
        }
    }
}
