using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void SumMiddle(Tensor x, long outer, long count, long inner, float factor, Tensor y, bool add)
    {
        if (IsDouble(x))
        {
            SumMiddle((double*)x.Pointer, outer, count, inner, factor, (double*)y.Pointer, add);
        }
        else
        {
            SumMiddle(x.F32, outer, count, inner, factor, y.F32, add);
        }
    }

    /// <inheritdoc/>
    public override void SpreadMiddle(Tensor x, long outer, long count, long inner, float factor, Tensor y)
    {
        if (IsDouble(x))
        {
            SpreadMiddle((double*)x.Pointer, outer, count, inner, factor, (double*)y.Pointer);
        }
        else
        {
            SpreadMiddle(x.F32, outer, count, inner, factor, y.F32);
        }
    }

    /// <inheritdoc/>
    public override void AddProductSum(Tensor a, Tensor b, Tensor target)
    {
        for (long i = 0; i < a.Count; i++)
        {
            if (IsDouble(a))
            {
                ((double*)target.Pointer)[i % target.Count] += ((double*)a.Pointer)[i] * ((double*)b.Pointer)[i];
            }
            else
            {
                target.F32[i % target.Count] += a.F32[i] * b.F32[i];
            }
        }
    }

    /// <inheritdoc/>
    public override void SquaredError(Tensor a, Tensor b, Tensor? weights, float factor, Tensor y)
    {
        double sum = 0;
        for (long i = 0; i < a.Count; i++)
        {
            double difference = At(a, i) - At(b, i);
            sum += Weight(weights, a, i) * difference * difference;
        }
        if (IsDouble(y))
        {
            *(double*)y.Pointer = factor * sum;
        }
        else
        {
            *y.F32 = (float)(factor * sum);
        }
    }

    /// <inheritdoc/>
    public override void SquaredErrorBackward(Tensor a, Tensor b, Tensor? weights, float factor, Tensor gy, Tensor? ga, Tensor? gb)
    {
        for (long i = 0; i < a.Count; i++)
        {
            double g = 2 * factor * At(gy, 0) * Weight(weights, a, i) * (At(a, i) - At(b, i));
            AddAt(ga, i, g);
            AddAt(gb, i, -g);
        }
    }

    private static double At(Tensor t, long i) => IsDouble(t) ? ((double*)t.Pointer)[i] : t.F32[i];

    private static double Weight(Tensor? weights, Tensor a, long i) => weights is null ? 1 : At(weights, i / (a.Count / weights.Count));

    private static void AddAt(Tensor? t, long i, double value)
    {
        if (t is null)
        {
            return;
        }
        if (IsDouble(t))
        {
            ((double*)t.Pointer)[i] += value;
        }
        else
        {
            t.F32[i] += (float)value;
        }
    }

    private static void SumMiddle<T>(T* x, long outer, long count, long inner, float factor, T* y, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long at = 0; at < outer * inner; at++)
        {
            T sum = T.Zero;
            for (long n = 0; n < count; n++)
            {
                sum += x[(((at / inner * count) + n) * inner) + (at % inner)];
            }
            sum *= T.CreateTruncating(factor);
            y[at] = add ? y[at] + sum : sum;
        }
    }

    private static void SpreadMiddle<T>(T* x, long outer, long count, long inner, float factor, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long at = 0; at < outer * count * inner; at++)
        {
            y[at] += T.CreateTruncating(factor) * x[(at / inner / count * inner) + (at % inner)];
        }
    }
}
