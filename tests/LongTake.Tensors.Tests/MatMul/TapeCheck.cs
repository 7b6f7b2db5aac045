using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Tests.MatMul;

/// <summary>
/// Checks an operation's gradients for all inputs: on the reference backend in double precision against central
/// differences, and on the CPU backend in single precision against the reference.
/// </summary>
internal static class TapeCheck
{
    public static void Run(Func<Compute, Tensor[], Tensor> operation, Shape[] shapes, bool finiteDifferences = true)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor[] inputs = [.. shapes.Select((s, i) => Values.Normal(s, (ulong)i + 1))];
        Tensor[] doubles = [.. inputs.Select(Values.ToDouble)];
        Compute exact = new(new ReferenceBackend());
        Tensor weights = Values.Normal(operation(exact, doubles).Shape, 99);
        Tensor[] expected = Gradients(exact, operation, doubles, Values.ToDouble(weights));
        using CpuBackend cpu = new(2);
        Tensor[] actual = Gradients(new Compute(cpu), operation, inputs, weights);
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.True(Values.Error(actual[i], expected[i]) < 3e-6, $"input {i}, single precision: {Values.Error(actual[i], expected[i])}");
        }
        if (!finiteDifferences)
        {
            return;
        }
        for (int i = 0; i < inputs.Length; i++)
        {
            Tensor numeric = Tensor.Empty(doubles[i].Shape, DType.F64);
            for (int j = 0; j < doubles[i].Count; j++)
            {
                const double Step = 1e-5;
                double x = doubles[i].AsSpan<double>()[j];
                doubles[i].AsSpan<double>()[j] = x + Step;
                double above = Loss(exact, operation, doubles, weights);
                doubles[i].AsSpan<double>()[j] = x - Step;
                double below = Loss(exact, operation, doubles, weights);
                doubles[i].AsSpan<double>()[j] = x;
                numeric.AsSpan<double>()[j] = (above - below) / (2 * Step);
            }
            Assert.True(Values.Error(expected[i], numeric) < 1e-6, $"input {i}, finite differences: {Values.Error(expected[i], numeric)}");
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
        foreach (Tensor t in inputs)
        {
            t.RequiresGrad = false;
        }
        return [.. inputs.Select(t => t.Grad ?? throw new InvalidOperationException("An input got no gradient."))];
    }

    private static double Loss(Compute compute, Func<Compute, Tensor[], Tensor> operation, Tensor[] inputs, Tensor weights)
    {
        using TensorScope scope = TensorScope.Open();
        Span<double> y = operation(compute, inputs).AsSpan<double>();
        double sum = 0;
        for (int i = 0; i < y.Length; i++)
        {
            sum += y[i] * weights.Span[i];
        }
        return sum;
    }
}
