using System.Buffers;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Threading;
using MathNet.Numerics.LinearAlgebra;

namespace LongTake.Generation.Methods.FreePca;

/// <summary>
/// FreePCA's fusion of two branches of a window: both are projected on the principal components, over frames, of the long branch. Components in
/// which the branches look most alike are appearance and come from the long branch, the others are motion and stay those of the short one;
/// means over time are the long branch's.
/// Source: fifo-and-sliding-window.md 7.2, step 3.
/// </summary>
public static class PrincipalMix
{
    // A component that holds less than this share of the variation has no direction to compare.
    private const double Negligible = 1e-12;

    /// <summary>Fuses in place.</summary>
    /// <param name="backend">Whose threads to work on; the result does not depend on their number.</param>
    /// <param name="shortBranch">Frames x rows values, a frame after the other; becomes the fusion.</param>
    /// <param name="longBranch">The same of the long branch.</param>
    /// <param name="frames">Frames of the window.</param>
    /// <param name="components">Components to take from the long branch, at least 0; all of them give the long branch.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static unsafe void Apply(Backend backend, Span<float> shortBranch, ReadOnlySpan<float> longBranch, int frames, int components)
    {
        if (frames < 1 || shortBranch.Length != longBranch.Length || shortBranch.Length % frames != 0)
        {
            throw new ArgumentException($"Branches of {shortBranch.Length} and {longBranch.Length} values are no two windows of {frames} frames.");
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 0);
        if (components >= frames)
        {
            longBranch.CopyTo(shortBranch);
            return;
        }
        fixed (float* a = shortBranch, b = longBranch)
        {
            PrincipalMixJob job = new() { Short = a, Long = b, Frames = frames, Rows = shortBranch.Length / frames };
            double[] directions = components == 0 ? [] : Directions(backend, ref job, components);
            job.Directions = directions;
            job.Gram = null;
            Run(backend, ref job);
        }
    }

    /// <summary>The components to take over, [components, frames].</summary>
    private static double[] Directions(Backend backend, ref PrincipalMixJob job, int components)
    {
        int n = job.Frames;
        job.Gram = new double[job.Pieces * PrincipalMixJob.Grams * n * n];
        Run(backend, ref job);
        Matrix<double>[] grams = new Matrix<double>[PrincipalMixJob.Grams];
        for (int g = 0; g < grams.Length; g++)
        {
            double[] sum = new double[n * n];
            for (int piece = 0; piece < job.Pieces; piece++)
            {
                ReadOnlySpan<double> part = job.Gram.AsSpan(((piece * PrincipalMixJob.Grams) + g) * n * n, n * n);
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += part[i];
                }
            }
            grams[g] = Matrix<double>.Build.Dense(n, n, sum);
        }

        // Divided by anything, the covariance has the same eigenvectors.
        Matrix<double> vectors = grams[PrincipalMixJob.LongLong].Evd(Symmetricity.Symmetric).EigenVectors;
        double[] similarities = new double[n];
        for (int k = 0; k < n; k++)
        {
            Vector<double> v = vectors.Column(k);
            double both = v * (grams[PrincipalMixJob.ShortLong] * v);
            double norms = (v * (grams[PrincipalMixJob.ShortShort] * v)) * (v * (grams[PrincipalMixJob.LongLong] * v));
            double scale = grams[PrincipalMixJob.ShortShort].Trace() * grams[PrincipalMixJob.LongLong].Trace();
            similarities[k] = norms > Negligible * Negligible * scale ? both / Math.Sqrt(norms) : double.NegativeInfinity;
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(k => similarities[k]).ThenByDescending(k => k).Take(components)];
        double[] directions = new double[components * n];
        for (int i = 0; i < components; i++)
        {
            vectors.Column(order[i]).ToArray().CopyTo(directions, i * n);
        }
        return directions;
    }

    private static void Run(Backend backend, ref PrincipalMixJob job)
    {
        if (backend is CpuBackend cpu)
        {
            cpu.Workers.Run(ref job, job.Pieces);
            return;
        }
        for (int i = 0; i < job.Pieces; i++)
        {
            job.Run(i);
        }
    }
}

/// <summary>
/// One pass over the rows of both branches: with <see cref="Gram"/>, the inner products of centred frames; without, the fusion itself.
/// </summary>
internal unsafe struct PrincipalMixJob : IParallelJob
{
    public const int Grams = 3;
    public const int ShortShort = 0;
    public const int ShortLong = 1;
    public const int LongLong = 2;

    private const int RowsPerPiece = 16384;
    private const int RowsPerBlock = 256;

    public float* Short;
    public float* Long;
    public int Frames;
    public int Rows;

    /// <summary>[pieces, <see cref="Grams"/>, frames, frames]; a sum a piece, so that they can be added up in order.</summary>
    public double[]? Gram;

    /// <summary>[components, frames].</summary>
    public double[] Directions;

    public readonly int Pieces => (Rows + RowsPerPiece - 1) / RowsPerPiece;

    public readonly void Run(int index)
    {
        int end = Math.Min((index + 1) * RowsPerPiece, Rows);
        double[] scratch = ArrayPool<double>.Shared.Rent(((2 * Frames) + 2) * RowsPerBlock);
        try
        {
            for (int row = index * RowsPerPiece; row < end; row += RowsPerBlock)
            {
                int count = Math.Min(RowsPerBlock, end - row);
                int size = Frames * RowsPerBlock;
                Span<double> a = scratch.AsSpan(0, size);
                Span<double> b = scratch.AsSpan(size, size);
                Span<double> mean = scratch.AsSpan(2 * size, RowsPerBlock);
                Span<double> difference = scratch.AsSpan((2 * size) + RowsPerBlock, RowsPerBlock);
                Centre(Short, row, count, a, mean);
                Centre(Long, row, count, b, mean);
                if (Gram is not null)
                {
                    Span<double> grams = Gram.AsSpan(index * Grams * Frames * Frames);
                    Products(a, a, count, grams[(ShortShort * Frames * Frames)..]);
                    Products(a, b, count, grams[(ShortLong * Frames * Frames)..]);
                    Products(b, b, count, grams[(LongLong * Frames * Frames)..]);
                }
                else
                {
                    Fuse(row, count, a, b, mean, difference);
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(scratch);
        }
    }

    private readonly void Centre(float* branch, int row, int count, Span<double> centred, Span<double> mean)
    {
        mean[..count].Clear();
        for (int f = 0; f < Frames; f++)
        {
            for (int i = 0; i < count; i++)
            {
                double value = branch[((nint)f * Rows) + row + i];
                centred[(f * RowsPerBlock) + i] = value;
                mean[i] += value / Frames;
            }
        }
        for (int f = 0; f < Frames; f++)
        {
            for (int i = 0; i < count; i++)
            {
                centred[(f * RowsPerBlock) + i] -= mean[i];
            }
        }
    }

    private readonly void Products(ReadOnlySpan<double> x, ReadOnlySpan<double> y, int count, Span<double> gram)
    {
        for (int f = 0; f < Frames; f++)
        {
            for (int g = 0; g < Frames; g++)
            {
                double sum = 0;
                ReadOnlySpan<double> p = x.Slice(f * RowsPerBlock, count);
                ReadOnlySpan<double> r = y.Slice(g * RowsPerBlock, count);
                for (int i = 0; i < p.Length; i++)
                {
                    sum += p[i] * r[i];
                }
                gram[(f * Frames) + g] += sum;
            }
        }
    }

    /// <summary>
    /// Components are orthogonal, so replacing the coefficients of some of them adds the difference of the branches projected on these.
    /// </summary>
    private readonly void Fuse(int row, int count, Span<double> a, ReadOnlySpan<double> b, ReadOnlySpan<double> longMean, Span<double> difference)
    {
        for (int k = 0; k < Directions.Length; k += Frames)
        {
            difference[..count].Clear();
            for (int f = 0; f < Frames; f++)
            {
                double v = Directions[k + f];
                for (int i = 0; i < count; i++)
                {
                    difference[i] += v * (b[(f * RowsPerBlock) + i] - a[(f * RowsPerBlock) + i]);
                }
            }
            for (int f = 0; f < Frames; f++)
            {
                double v = Directions[k + f];
                for (int i = 0; i < count; i++)
                {
                    a[(f * RowsPerBlock) + i] += v * difference[i];
                }
            }
        }
        for (int f = 0; f < Frames; f++)
        {
            for (int i = 0; i < count; i++)
            {
                Short[((nint)f * Rows) + row + i] = (float)(a[(f * RowsPerBlock) + i] + longMean[i]);
            }
        }
    }
}
