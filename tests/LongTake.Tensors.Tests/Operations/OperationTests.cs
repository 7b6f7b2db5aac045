using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Operations;

/// <summary>What must hold for every operation: see <see cref="OperationCases"/>.</summary>
public class OperationTests
{
    public static TheoryData<string> Small => [.. OperationCases.Small.Select(c => c.Name)];

    public static TheoryData<string> Large => [.. OperationCases.Large.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Small))]
    public void Gradients_agree_with_finite_differences(string name)
    {
        OperationCase op = OperationCases.Small.Single(c => c.Name == name);
        GradientCheck.Check(op.Function, op.Shapes, op.Values(1), constants: op.Constants);
    }

    [Theory]
    [MemberData(nameof(Large))]
    public void Vector_kernels_agree_with_the_reference(string name)
    {
        OperationCase op = OperationCases.Large.Single(c => c.Name == name);
        using CpuBackend cpu = new(1);
        using ReferenceBackend reference = new();
        List<float[]> measured = Run(cpu, op);
        List<float[]> expected = Run(reference, op);
        Assert.Equal(expected.Count, measured.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            GradientCheck.AssertClose(
                Array.ConvertAll(expected[i], v => (double)v), Array.ConvertAll(measured[i], v => (double)v), 3e-5, $"{name}, tensor {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Large))]
    public void Results_do_not_depend_on_the_number_of_threads(string name)
    {
        OperationCase op = OperationCases.Large.Single(c => c.Name == name);
        using CpuBackend one = new(1);
        List<float[]> expected = Run(one, op);
        foreach (int threads in new[] { 2, 4 })
        {
            using CpuBackend several = new(threads);
            List<float[]> measured = Run(several, op);
            for (int i = 0; i < expected.Count; i++)
            {
                Assert.True(expected[i].AsSpan().SequenceEqual(measured[i]), $"{name}, tensor {i}, {threads} threads");
            }
        }
    }

    /// <summary>The result and the gradients of all inputs that want one.</summary>
    private static List<float[]> Run(Backend backend, OperationCase op)
    {
        Compute compute = new(backend);
        using TensorScope scope = TensorScope.Open();
        float[][] values = op.Values(5);
        Tensor[] inputs = op.Shapes.Select((s, i) => Tensor.From(values[i], s)).ToArray();
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].RequiresGrad = op.Constants?.Contains(i) != true;
        }
        List<float[]> results = [];
        using (Tape tape = compute.Record())
        {
            Tensor y = op.Function(compute, inputs);
            results.Add(y.Span.ToArray());
            tape.Backward(y, Tensor.From(GradientCheck.Random(y.Count, 1f, 7, 7), y.Shape));
        }
        foreach (Tensor x in inputs.Where(x => x.RequiresGrad))
        {
            results.Add(x.Grad!.Span.ToArray());
            x.Grad.Dispose();
        }
        return results;
    }
}
