using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using Shape = LongTake.Tensors.Shape;
using Tensor = LongTake.Tensors.Tensor;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// The best approximation B A of a matrix by one of low rank (Eckart and Young): from its singular values, whose square roots both
/// factors get.
/// </summary>
public static class LowRankFactors
{
    /// <summary>Whether a parameter is a matrix, and two factors of that rank take less than itself.</summary>
    /// <param name="name">Its name; matrices end in <c>.weight</c>.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="rank">The rank.</param>
    public static bool Saves(string name, Shape shape, int rank) =>
        shape.Rank == 2 && name.EndsWith(".weight", StringComparison.Ordinal) && (long)rank * (shape[0] + shape[1]) < shape.Count;

    /// <summary>Factors the difference of two matrices.</summary>
    /// <param name="weight">The matrix [out, in], F32.</param>
    /// <param name="origin">What is taken away from it, of the same shape, F32.</param>
    /// <param name="a">Filled with A [rank, in], F32; rows past the rank of the difference with zeros.</param>
    /// <param name="b">Filled with B [out, rank], F32.</param>
    /// <returns>Sums of squares: of the difference, and of what B A leaves of it.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static (double Whole, double Left) OfDifference(Tensor weight, Tensor origin, Tensor a, Tensor b)
    {
        Shape w = weight.Shape;
        int rank = a.Shape[0];
        if (w.Rank != 2 || origin.Shape != w || a.Shape != Shape.Create([rank, w[1]]) || b.Shape != Shape.Create([w[0], rank]))
        {
            throw new ArgumentException($"Factors A {a.Shape} and B {b.Shape} do not fit the difference of {w} and {origin.Shape}.");
        }
        Matrix<double> difference = Matrix<double>.Build.Dense(w[0], w[1], (row, column) =>
            (double)weight.Span[(row * w[1]) + column] - origin.Span[(row * w[1]) + column]);
        Svd<double> svd = difference.Svd();
        double whole = 0, left = 0;
        a.Span.Clear();
        b.Span.Clear();
        for (int r = 0; r < svd.S.Count; r++)
        {
            double s = svd.S[r];
            whole += s * s;
            if (r >= rank)
            {
                left += s * s;
                continue;
            }
            double root = Math.Sqrt(s);
            for (int i = 0; i < w[0]; i++)
            {
                b.Span[(i * rank) + r] = (float)(svd.U[i, r] * root);
            }
            for (int i = 0; i < w[1]; i++)
            {
                a.Span[(r * w[1]) + i] = (float)(svd.VT[r, i] * root);
            }
        }
        return (whole, left);
    }
}
