using System.Numerics.Tensors;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Arithmetic on two arrays of which the second repeats.</summary>
internal enum BinaryKind
{
    Add,
    Subtract,
    Multiply,
    AddProduct,
}

/// <summary>y = a op b in pieces; b has <see cref="Period"/> elements and repeats.</summary>
internal unsafe struct BinaryJob : IParallelJob
{
    public BinaryKind Kind;
    public float* A;
    public float* B;
    public float* Y;
    public long Count;
    public long Period;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        long end = Math.Min(start + Pieces.Elements, Count);
        while (start < end)
        {
            if (Period == 1)
            {
                Segment(A + start, *B, Y + start, (int)(end - start));
                return;
            }
            long offset = start % Period;
            int length = (int)Math.Min(Period - offset, end - start);
            Segment(A + start, B + offset, Y + start, length);
            start += length;
        }
    }

    private readonly void Segment(float* pa, float* pb, float* py, int length)
    {
        ReadOnlySpan<float> a = new(pa, length);
        ReadOnlySpan<float> b = new(pb, length);
        Span<float> y = new(py, length);
        switch (Kind)
        {
            case BinaryKind.Add:
                TensorPrimitives.Add(a, b, y);
                break;
            case BinaryKind.Subtract:
                TensorPrimitives.Subtract(a, b, y);
                break;
            case BinaryKind.Multiply:
                TensorPrimitives.Multiply(a, b, y);
                break;
            default:
                TensorPrimitives.MultiplyAdd(a, b, y, y);
                break;
        }
    }

    private readonly void Segment(float* pa, float b, float* py, int length)
    {
        ReadOnlySpan<float> a = new(pa, length);
        Span<float> y = new(py, length);
        switch (Kind)
        {
            case BinaryKind.Add:
                TensorPrimitives.Add(a, b, y);
                break;
            case BinaryKind.Subtract:
                TensorPrimitives.Subtract(a, b, y);
                break;
            case BinaryKind.Multiply:
                TensorPrimitives.Multiply(a, b, y);
                break;
            default:
                TensorPrimitives.MultiplyAdd(a, b, y, y);
                break;
        }
    }
}

/// <summary>y = x * scale + shift.</summary>
internal unsafe struct AffineJob : IParallelJob
{
    public float* X;
    public float* Y;
    public float Scale;
    public float Shift;
    public long Count;

    public readonly void Run(int index)
    {
        int length = Pieces.Length(index, Count, Pieces.Elements);
        ReadOnlySpan<float> x = new(X + ((long)index * Pieces.Elements), length);
        Span<float> y = new(Y + ((long)index * Pieces.Elements), length);
        if (Shift == 0)
        {
            TensorPrimitives.Multiply(x, Scale, y);
            return;
        }
        TensorPrimitives.Multiply(x, Scale, y);
        TensorPrimitives.Add(y, Shift, y);
    }
}

/// <summary>target += factor * x.</summary>
internal unsafe struct AddScaledJob : IParallelJob
{
    public float* X;
    public float* Target;
    public float Factor;
    public long Count;

    public readonly void Run(int index)
    {
        int length = Pieces.Length(index, Count, Pieces.Elements);
        ReadOnlySpan<float> x = new(X + ((long)index * Pieces.Elements), length);
        Span<float> target = new(Target + ((long)index * Pieces.Elements), length);
        if (Factor == 1)
        {
            TensorPrimitives.Add(target, x, target);
        }
        else
        {
            TensorPrimitives.MultiplyAdd(x, Factor, target, target);
        }
    }
}

/// <summary>y = clamp(x), or, given the gradient of y, target += gradient where x is inside.</summary>
internal unsafe struct ClampJob : IParallelJob
{
    public float* X;
    public float* Gradient;
    public float* Target;
    public float Low;
    public float High;
    public long Count;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        long end = Math.Min(start + Pieces.Elements, Count);
        for (long i = start; i < end; i++)
        {
            if (Gradient == null)
            {
                Target[i] = MathF.Min(MathF.Max(X[i], Low), High);
            }
            else if (X[i] >= Low && X[i] <= High)
            {
                Target[i] += Gradient[i];
            }
        }
    }
}

/// <summary>y = f(x), or, given the gradient of y, target += gradient * f'(x).</summary>
internal unsafe struct UnaryJob<TFunction> : IParallelJob
    where TFunction : struct, IUnaryKernel
{
    public float* X;
    public float* Gradient;
    public float* Target;
    public long Count;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        int length = Pieces.Length(index, Count, Pieces.Elements);
        if (Gradient == null)
        {
            UnaryKernels.Map<TFunction>(X + start, Target + start, length);
        }
        else
        {
            UnaryKernels.MapBackward<TFunction>(X + start, Gradient + start, Target + start, length);
        }
    }
}
