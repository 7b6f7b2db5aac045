using System.Runtime.Intrinsics;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Rows of a softmax, or of its gradient if <see cref="Gradient"/> is set.</summary>
internal unsafe struct SoftmaxJob : IParallelJob
{
    public float* X;
    public float* Gradient;
    public float* Target;
    public long Rows;
    public int Length;
    public int RowsPerPiece;

    public readonly void Run(int index)
    {
        long start = (long)index * RowsPerPiece;
        long end = Math.Min(start + RowsPerPiece, Rows);
        for (long r = start; r < end; r++)
        {
            if (Vector512.IsHardwareAccelerated)
            {
                Row<Floats16>(r);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                Row<Floats8>(r);
            }
            else if (Vector128.IsHardwareAccelerated)
            {
                Row<Floats4>(r);
            }
            else
            {
                Row<Floats1>(r);
            }
        }
    }

    private readonly void Row<V>(long row)
        where V : unmanaged, IFloats<V>
    {
        long start = row * Length;
        if (Gradient == null)
        {
            SoftmaxKernels.Forward<V>(X + start, Target + start, Length);
        }
        else
        {
            SoftmaxKernels.Backward<V>(X + start, Gradient + start, Target + start, Length);
        }
    }
}

/// <summary>Softmax of one row.</summary>
internal static unsafe class SoftmaxKernels
{
    public static void Forward<V>(float* x, float* y, int n)
        where V : unmanaged, IFloats<V>
    {
        V largest = V.Broadcast(float.NegativeInfinity);
        int i = 0;
        for (; i <= n - V.Width; i += V.Width)
        {
            largest = V.Max(largest, V.Load(x + i));
        }
        float max = V.MaxLane(largest);
        for (; i < n; i++)
        {
            max = MathF.Max(max, x[i]);
        }
        V shift = V.Broadcast(max);
        V sums = V.Zero;
        for (i = 0; i <= n - V.Width; i += V.Width)
        {
            V e = V.Exp(V.Load(x + i) - shift);
            V.Store(e, y + i);
            sums += e;
        }
        float sum = V.Sum(sums);
        for (; i < n; i++)
        {
            float e = MathF.Exp(x[i] - max);
            y[i] = e;
            sum += e;
        }
        V factor = V.Broadcast(1f / sum);
        for (i = 0; i <= n - V.Width; i += V.Width)
        {
            V.Store(V.Load(y + i) * factor, y + i);
        }
        for (; i < n; i++)
        {
            y[i] *= 1f / sum;
        }
    }

    public static void Backward<V>(float* y, float* gy, float* gx, int n)
        where V : unmanaged, IFloats<V>
    {
        V dots = V.Zero;
        int i = 0;
        for (; i <= n - V.Width; i += V.Width)
        {
            dots = V.MultiplyAdd(V.Load(y + i), V.Load(gy + i), dots);
        }
        float dot = V.Sum(dots);
        for (; i < n; i++)
        {
            dot += y[i] * gy[i];
        }
        V d = V.Broadcast(dot);
        for (i = 0; i <= n - V.Width; i += V.Width)
        {
            V.Store(V.MultiplyAdd(V.Load(y + i), V.Load(gy + i) - d, V.Load(gx + i)), gx + i);
        }
        for (; i < n; i++)
        {
            gx[i] += y[i] * (gy[i] - dot);
        }
    }
}
