using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Tests.MatMul;

[Trait("Category", "Kernels")]
public class MatMulTests
{
    [Theory]
    [InlineData(1, 3, 5, 7)]
    [InlineData(2, 50, 33, 20)]
    [InlineData(6, 17, 100, 65)]
    public void MatMul_equals_the_reference(int batch, int m, int n, int k)
    {
        for (int flags = 0; flags < 8; flags++)
        {
            bool ta = (flags & 1) != 0, tb = (flags & 2) != 0, shared = (flags & 4) != 0;
            using TensorScope scope = TensorScope.Open();
            using CpuBackend cpu = new(2);
            Tensor a = Values.Normal(ta ? [batch, k, m] : [batch, m, k], 1);
            Shape s = tb ? [batch, n, k] : [batch, k, n];
            Tensor b = Values.Normal(shared ? s.Sub(1, 3) : s, 2);
            Tensor expected = new Compute(new ReferenceBackend()).MatMul(Values.ToDouble(a), Values.ToDouble(b), ta, tb);
            Tensor actual = new Compute(cpu).MatMul(a, b, ta, tb);
            Assert.True(Values.Error(actual, expected) < 1e-6, $"{ta} {tb} {shared}");
            cpu.MatMul(a, b, actual, ta, tb, accumulate: true);
            for (int i = 0; i < expected.Count; i++)
            {
                expected.AsSpan<double>()[i] *= 2;
            }
            Assert.True(Values.Error(actual, expected) < 1e-6, $"accumulate {ta} {tb} {shared}");
        }
    }
}
