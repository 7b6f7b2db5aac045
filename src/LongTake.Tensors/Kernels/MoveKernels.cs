using System.Numerics;
using System.Numerics.Tensors;

namespace LongTake.Tensors.Kernels;

/// <summary>Copying or adding: what the shaping kernels do with each element.</summary>
internal unsafe interface IMove<T>
    where T : unmanaged
{
    static abstract void One(T* source, T* target);

    static abstract void Run(T* source, T* target, long count);
}

/// <summary>target = source.</summary>
internal readonly unsafe struct CopyMove<T> : IMove<T>
    where T : unmanaged
{
    public static void One(T* source, T* target) => *target = *source;

    public static void Run(T* source, T* target, long count)
    {
        if (count <= 8)
        {
            for (long i = 0; i < count; i++)
            {
                target[i] = source[i];
            }
            return;
        }
        Buffer.MemoryCopy(source, target, count * sizeof(T), count * sizeof(T));
    }
}

/// <summary>target += source.</summary>
internal readonly unsafe struct AddMove<T> : IMove<T>
    where T : unmanaged, IAdditionOperators<T, T, T>, IAdditiveIdentity<T, T>
{
    public static void One(T* source, T* target) => *target += *source;

    public static void Run(T* source, T* target, long count)
    {
        const int Block = 1 << 20;
        for (long i = 0; i < count; i += Block)
        {
            int n = (int)Math.Min(Block, count - i);
            Span<T> t = new(target + i, n);
            TensorPrimitives.Add(t, new ReadOnlySpan<T>(source + i, n), t);
        }
    }
}
