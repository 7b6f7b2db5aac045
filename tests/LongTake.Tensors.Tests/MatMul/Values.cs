using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests.MatMul;

/// <summary>Random tensors and comparisons for the tests of matrix products.</summary>
internal static class Values
{
    public static Tensor Normal(Shape shape, ulong seed, float scale = 1f)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(seed, 1).FillNormal(t.Span);
        foreach (ref float v in t.Span)
        {
            v *= scale;
        }
        return t;
    }

    public static Tensor ToDouble(Tensor t)
    {
        Tensor d = Tensor.Empty(t.Shape, DType.F64);
        for (int i = 0; i < t.Count; i++)
        {
            d.AsSpan<double>()[i] = t.Span[i];
        }
        return d;
    }

    public static Tensor ToStorage(Tensor t, DType type)
    {
        Tensor s = Tensor.Empty(t.Shape, type);
        for (int i = 0; i < t.Count; i++)
        {
            if (type == DType.BF16)
            {
                s.AsSpan<BFloat16>()[i] = (BFloat16)t.Span[i];
            }
            else if (type == DType.F16)
            {
                s.AsSpan<Half>()[i] = (Half)t.Span[i];
            }
            else
            {
                s.Span[i] = t.Span[i];
            }
        }
        return s;
    }

    /// <summary>Largest difference, relative to the largest expected magnitude.</summary>
    public static double Error(Tensor actual, Tensor expected)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double largest = 1e-30, worst = 0;
        for (int i = 0; i < actual.Count; i++)
        {
            double e = expected.DType == DType.F64 ? expected.AsSpan<double>()[i] : expected.Span[i];
            double a = actual.DType == DType.F64 ? actual.AsSpan<double>()[i] : actual.Span[i];
            Assert.False(double.IsNaN(a), $"NaN at {i}");
            largest = Math.Max(largest, Math.Abs(e));
            worst = Math.Max(worst, Math.Abs(a - e));
        }
        return worst / largest;
    }

    /// <summary>
    /// Compares the CPU backend's gradients with the reference's in double precision, without finite differences: for
    /// sizes where those take too long.
    /// </summary>
    public static void AssertGradientsAgree(Func<Compute, Tensor[], Tensor> operation, Shape[] shapes)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Tensor[] inputs = [.. shapes.Select((s, i) => Normal(s, (ulong)i + 1))];
        Tensor dy = Normal(operation(new Compute(cpu), inputs).Shape, 99);
        Tensor[] actual = Gradients(new Compute(cpu), operation, inputs, dy);
        Tensor[] expected = Gradients(new Compute(new ReferenceBackend()), operation, [.. inputs.Select(ToDouble)], ToDouble(dy));
        for (int i = 0; i < shapes.Length; i++)
        {
            Assert.True(Error(actual[i], expected[i]) < 3e-6, $"input {i}: {Error(actual[i], expected[i])}");
        }
    }

    private static Tensor[] Gradients(Compute compute, Func<Compute, Tensor[], Tensor> operation, Tensor[] inputs, Tensor dy)
    {
        foreach (Tensor t in inputs)
        {
            t.RequiresGrad = true;
        }
        using (Tape tape = compute.Record())
        {
            tape.Backward(operation(compute, inputs), dy);
        }
        return [.. inputs.Select(t => t.Grad ?? throw new InvalidOperationException("An input got no gradient."))];
    }
}
