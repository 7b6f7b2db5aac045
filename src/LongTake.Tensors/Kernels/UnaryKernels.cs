using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>A function of one number and its derivative, for any vector width.</summary>
internal interface IUnaryKernel
{
    static abstract V Value<V>(V x)
        where V : unmanaged, IFloats<V>;

    static abstract V Derivative<V>(V x)
        where V : unmanaged, IFloats<V>;
}

/// <summary>Applies an <see cref="IUnaryKernel"/> to arrays.</summary>
internal static unsafe class UnaryKernels
{
    /// <summary>y = f(x); y may be x.</summary>
    public static void Map<TFunction>(float* x, float* y, int count)
        where TFunction : struct, IUnaryKernel
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Map<Floats16, TFunction>(x, y, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Map<Floats8, TFunction>(x, y, count);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Map<Floats4, TFunction>(x, y, count);
        }
        else
        {
            Map<Floats1, TFunction>(x, y, count);
        }
    }

    /// <summary>gx += gy * f'(x).</summary>
    public static void MapBackward<TFunction>(float* x, float* gy, float* gx, int count)
        where TFunction : struct, IUnaryKernel
    {
        if (Vector512.IsHardwareAccelerated)
        {
            MapBackward<Floats16, TFunction>(x, gy, gx, count);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            MapBackward<Floats8, TFunction>(x, gy, gx, count);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            MapBackward<Floats4, TFunction>(x, gy, gx, count);
        }
        else
        {
            MapBackward<Floats1, TFunction>(x, gy, gx, count);
        }
    }

    private static void Map<V, TFunction>(float* x, float* y, int count)
        where V : unmanaged, IFloats<V>
        where TFunction : struct, IUnaryKernel
    {
        int i = 0;
        for (; i <= count - V.Width; i += V.Width)
        {
            V.Store(TFunction.Value(V.Load(x + i)), y + i);
        }
        for (; i < count; i++)
        {
            Floats1.Store(TFunction.Value(Floats1.Load(x + i)), y + i);
        }
    }

    private static void MapBackward<V, TFunction>(float* x, float* gy, float* gx, int count)
        where V : unmanaged, IFloats<V>
        where TFunction : struct, IUnaryKernel
    {
        int i = 0;
        for (; i <= count - V.Width; i += V.Width)
        {
            V.Store(V.MultiplyAdd(V.Load(gy + i), TFunction.Derivative(V.Load(x + i)), V.Load(gx + i)), gx + i);
        }
        for (; i < count; i++)
        {
            gx[i] += gy[i] * Floats1.Sum(TFunction.Derivative(Floats1.Load(x + i)));
        }
    }
}
