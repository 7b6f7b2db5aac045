using System.Runtime.Intrinsics;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>What a row of a normalisation uses and where its gradients go.</summary>
internal enum NormKind
{
    /// <summary>Mean and variance.</summary>
    Layer,

    /// <summary>Mean square.</summary>
    RootMeanSquare,

    /// <summary>No statistics: y = residual + x * scale.</summary>
    Gate,
}

/// <summary>
/// Rows of a normalisation, forward or (with <see cref="Gradient"/>) backward. Rows come in groups of
/// <see cref="GroupRows"/> that share their factors; group g's lie at <c>Scale + g * GroupStride</c>. A piece never
/// crosses groups, and writes the partial sums of its factors' gradients to its own scratch rows.
/// </summary>
internal unsafe struct NormJob : IParallelJob
{
    public NormKind Kind;
    public float* X;
    public float* Y;
    public float* Residual;

    /// <summary>Factors, or null for 1.</summary>
    public float* Scale;

    /// <summary>Offsets, or null for 0.</summary>
    public float* Shift;

    /// <summary>Added to each factor: 1 for a modulation.</summary>
    public float Base;
    public float Eps;
    public int Length;
    public long GroupRows;
    public long GroupStride;
    public int PiecesPerGroup;
    public int PieceRows;

    /// <summary>Gradient of the result.</summary>
    public float* Gradient;

    /// <summary>Gradient of x, or null if not wanted.</summary>
    public float* GradX;

    /// <summary>Two rows (scale, shift) of partial sums a piece, or null if not wanted.</summary>
    public float* Partial;

    public readonly void Run(int index)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Rows<Floats16>(index);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Rows<Floats8>(index);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Rows<Floats4>(index);
        }
        else
        {
            Rows<Floats1>(index);
        }
    }

    private readonly void Rows<V>(int index)
        where V : unmanaged, IFloats<V>
    {
        long group = index / PiecesPerGroup;
        long first = (long)(index % PiecesPerGroup) * PieceRows;
        long last = Math.Min(first + PieceRows, GroupRows);
        float* scale = Scale == null ? null : Scale + (group * GroupStride);
        float* shift = Shift == null ? null : Shift + (group * GroupStride);
        float* partial = null;
        if (Partial != null)
        {
            partial = Partial + ((long)index * 2 * Length);
            new Span<float>(partial, 2 * Length).Clear();
        }
        for (long r = first; r < last; r++)
        {
            long at = ((group * GroupRows) + r) * Length;
            if (Kind == NormKind.Gate)
            {
                if (Gradient == null)
                {
                    NormKernels.Gate<V>(Residual + at, X + at, scale, Y + at, Length);
                }
                else
                {
                    NormKernels.GateBackward<V>(X + at, scale, Gradient + at, GradX == null ? null : GradX + at, partial, Length);
                }
                continue;
            }
            (float mean, float factor) = Kind == NormKind.Layer
                ? NormKernels.Moments<V>(X + at, Length, Eps)
                : (0f, NormKernels.ReciprocalRoot<V>(X + at, Length, Eps));
            if (Gradient == null)
            {
                NormKernels.Normalize<V>(X + at, mean, factor, scale, shift, Base, Y + at, Length);
            }
            else
            {
                float* gradX = GradX == null ? null : GradX + at;
                NormKernels.Backward<V>(
                    X + at, mean, factor, scale, Base, Gradient + at, gradX, partial, Length, Kind == NormKind.Layer);
            }
        }
    }
}

/// <summary>Adds each group's partial sums, in order, to the gradients of its factors.</summary>
internal unsafe struct NormPartialJob : IParallelJob
{
    public float* Partial;
    public float* GradScale;
    public float* GradShift;
    public int Length;
    public long GroupStride;
    public int PiecesPerGroup;

    public readonly void Run(int index)
    {
        for (int p = 0; p < PiecesPerGroup; p++)
        {
            float* rows = Partial + ((((long)index * PiecesPerGroup) + p) * 2 * Length);
            if (GradScale != null)
            {
                Add(rows, GradScale + (index * GroupStride));
            }
            if (GradShift != null)
            {
                Add(rows + Length, GradShift + (index * GroupStride));
            }
        }
    }

    private readonly void Add(float* from, float* to)
    {
        Span<float> target = new(to, Length);
        System.Numerics.Tensors.TensorPrimitives.Add(target, new ReadOnlySpan<float>(from, Length), target);
    }
}
