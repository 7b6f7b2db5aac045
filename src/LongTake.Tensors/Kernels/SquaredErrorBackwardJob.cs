using System.Numerics.Tensors;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>ga += c w (a - b), gb -= the same.</summary>
internal unsafe struct SquaredErrorBackwardJob : IParallelJob
{
    public float* A;
    public float* B;
    public float* Weights;
    public long WeightRun;
    public float Factor;
    public float* GradA;
    public float* GradB;
    public long Count;

    public readonly void Run(int index)
    {
        long start = (long)index * Pieces.Elements;
        long end = Math.Min(start + Pieces.Elements, Count);
        while (start < end)
        {
            int n = (int)Math.Min(Weights == null ? end - start : WeightRun - (start % WeightRun), end - start);
            float factor = Weights == null ? Factor : Factor * Weights[start / WeightRun];
            ReadOnlySpan<float> a = new(A + start, n);
            ReadOnlySpan<float> b = new(B + start, n);
            if (GradA != null)
            {
                Span<float> g = new(GradA + start, n);
                TensorPrimitives.MultiplyAdd(a, factor, g, g);
                TensorPrimitives.MultiplyAdd(b, -factor, g, g);
            }
            if (GradB != null)
            {
                Span<float> g = new(GradB + start, n);
                TensorPrimitives.MultiplyAdd(a, -factor, g, g);
                TensorPrimitives.MultiplyAdd(b, factor, g, g);
            }
            start += n;
        }
    }
}
