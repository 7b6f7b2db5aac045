using System.Runtime.Intrinsics;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>One AdamW step: a single pass over parameter, gradient and both moments.</summary>
internal unsafe struct AdamWJob : IParallelJob
{
    public float* Parameter;
    public float* Gradient;
    public float* First;
    public float* Second;
    public AdamWStep Step;
    public long Count;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        int length = Pieces.Length(index, Count, Pieces.Elements);
        int done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            done = Update<Floats16>(start, 0, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            done = Update<Floats8>(start, 0, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            done = Update<Floats4>(start, 0, length);
        }
        Update<Floats1>(start, done, length);
    }

    private readonly int Update<V>(long start, int from, int length)
        where V : unmanaged, IFloats<V>
    {
        float* parameter = Parameter + start;
        float* gradient = Gradient + start;
        float* first = First + start;
        float* second = Second + start;
        V scale = V.Broadcast(Step.GradientScale);
        V rest1 = V.Broadcast(1f - Step.Beta1);
        V beta2 = V.Broadcast(Step.Beta2);
        V rest2 = V.Broadcast(1f - Step.Beta2);
        V epsilon = V.Broadcast(Step.Epsilon);
        V keep = V.Broadcast(Step.Keep);
        V size = V.Broadcast(Step.StepSize);
        V root = V.Broadcast(Step.RootScale);
        int i = from;
        for (; i <= length - V.Width; i += V.Width)
        {
            V g = V.Load(gradient + i) * scale;
            V m = V.Load(first + i);
            m = V.MultiplyAdd(g - m, rest1, m);
            V v = V.MultiplyAdd(g * g, rest2, V.Load(second + i) * beta2);
            V.Store(m, first + i);
            V.Store(v, second + i);
            V denominator = V.MultiplyAdd(V.Sqrt(v), root, epsilon);
            V.Store((V.Load(parameter + i) * keep) - (size * (m / denominator)), parameter + i);
        }
        return i;
    }
}

/// <summary>target += weight * (value - target).</summary>
internal unsafe struct LerpJob : IParallelJob
{
    public float* Target;
    public float* Value;
    public float Weight;
    public long Count;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        int length = Pieces.Length(index, Count, Pieces.Elements);
        int done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            done = Move<Floats16>(start, 0, length);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            done = Move<Floats8>(start, 0, length);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            done = Move<Floats4>(start, 0, length);
        }
        Move<Floats1>(start, done, length);
    }

    private readonly int Move<V>(long start, int from, int length)
        where V : unmanaged, IFloats<V>
    {
        float* target = Target + start;
        float* value = Value + start;
        V weight = V.Broadcast(Weight);
        int i = from;
        for (; i <= length - V.Width; i += V.Width)
        {
            V t = V.Load(target + i);
            V.Store(V.MultiplyAdd(V.Load(value + i) - t, weight, t), target + i);
        }
        return i;
    }
}
