using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.MatMul;

[Trait("Category", "Kernels")]
public class LinearGradientTests
{
    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.Silu)]
    public void Linear(Activation activation) => GradientCheck.Check(
        (c, t) => c.Linear(t[0], t[1], t[2], activation), [[2, 5, 7], [6, 7], [6]]);

    [Fact]
    public void Linear_over_many_rows() => Values.AssertGradientsAgree((c, t) => c.Linear(t[0], t[1], t[2]), [[530, 9], [50, 9], [50]]);

    [Fact]
    public void Linear_add() => GradientCheck.Check((c, t) => c.LinearAdd(t[0], t[1], t[2], t[3]), [[2, 5, 7], [6, 7], [6], [2, 5, 6]]);

    [Fact]
    public void Linear_gate_add() => GradientCheck.Check(
        (c, t) => c.LinearGateAdd(t[0], t[1], t[2], t[3], t[4], 1), [[2, 6, 5], [4, 5], [4], [2, 6, 4], [2, 3, 2, 4]]);

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    public void Matrix_product(bool transposeA, bool transposeB, bool isShared)
    {
        Shape b = transposeB ? [3, 5, 6] : [3, 6, 5];
        GradientCheck.Check(
            (c, t) => c.MatMul(t[0], t[1], transposeA, transposeB),
            [transposeA ? [3, 6, 4] : [3, 4, 6], isShared ? b.Sub(1, 3) : b]);
    }

    [Fact]
    public void Nothing_is_propagated_to_constants()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(1);
        Compute compute = new(cpu);
        Tensor x = Values.Normal([4, 5], 1), w = Values.Normal([3, 5], 2);
        w.RequiresGrad = true;
        using (Tape tape = compute.Record())
        {
            Tensor y = compute.Linear(x, w);
            tape.Backward(y, Values.Normal(y.Shape, 3));
        }
        Assert.NotNull(w.Grad);
        Assert.Null(x.Grad);
    }
}
