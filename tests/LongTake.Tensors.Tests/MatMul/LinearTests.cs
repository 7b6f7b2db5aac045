using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Tests.MatMul;

[Trait("Category", "Kernels")]
public class LinearTests
{
    public static TheoryData<int, int, int> Sizes() => new()
    {
        { 1, 1, 1 }, { 1, 5, 3 }, { 3, 47, 17 }, { 8, 48, 16 }, { 13, 49, 31 }, { 48, 192, 192 }, { 100, 97, 513 }, { 201, 150, 1030 }, { 7, 1100, 64 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Linear_equals_the_reference(int m, int n, int k)
    {
        foreach (DType type in new[] { DType.F32, DType.BF16, DType.F16 })
        {
            foreach (bool frozen in new[] { false, true })
            {
                using TensorScope scope = TensorScope.Open();
                using CpuBackend cpu = new(2);
                Tensor x = Values.Normal([m, k], 1);
                Tensor w = Values.ToStorage(Values.Normal([n, k], 2, 0.3f), type);
                Tensor b = Values.Normal([n], 3);
                w.IsFrozen = frozen;
                Tensor expected = new Compute(new ReferenceBackend()).Linear(Values.ToDouble(x), w, Values.ToDouble(b));
                Tensor actual = new Compute(cpu).Linear(x, w, b);
                Assert.True(Values.Error(actual, expected) < 2e-6, $"{type} {frozen}: {Values.Error(actual, expected)}");
            }
        }
    }

    [Theory]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.Silu)]
    public void Activations_equal_the_reference(Activation activation)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Tensor x = Values.Normal([29, 70], 1, 2f);
        Tensor w = Values.Normal([83, 70], 2, 0.3f);
        Tensor b = Values.Normal([83], 3);
        Tensor expected = new Compute(new ReferenceBackend()).Linear(Values.ToDouble(x), Values.ToDouble(w), Values.ToDouble(b), activation);
        Assert.True(Values.Error(new Compute(cpu).Linear(x, w, b, activation), expected) < 1e-6);
    }

    [Fact]
    public void Residual_and_gate_equal_the_reference()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Compute fast = new(cpu);
        Compute exact = new(new ReferenceBackend());
        Tensor x = Values.Normal([2, 30, 40], 1);
        Tensor w = Values.Normal([53, 40], 2, 0.3f);
        Tensor b = Values.Normal([53], 3);
        Tensor r = Values.Normal([2, 30, 53], 4);
        Tensor mod = Values.Normal([2, 3, 6, 53], 5);
        Tensor dx = Values.ToDouble(x), dw = Values.ToDouble(w), db = Values.ToDouble(b), dr = Values.ToDouble(r), dmod = Values.ToDouble(mod);
        Assert.True(Values.Error(fast.LinearAdd(x, w, b, r), exact.LinearAdd(dx, dw, db, dr)) < 1e-6);
        Assert.True(Values.Error(fast.LinearGateAdd(x, w, b, r, mod, 4), exact.LinearGateAdd(dx, dw, db, dr, dmod, 4)) < 1e-6);
    }

    [Fact]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend one = new(1);
        using CpuBackend three = new(3);
        Tensor x = Values.Normal([211, 700], 1);
        Tensor w = Values.Normal([300, 700], 2);
        Tensor dy = Values.Normal([211, 300], 3);
        Assert.Equal(new Compute(one).Linear(x, w).Span, new Compute(three).Linear(x, w).Span);
        Tensor dw1 = Tensor.Zeros(w.Shape), dw3 = Tensor.Zeros(w.Shape), db1 = Tensor.Zeros([300]), db3 = Tensor.Zeros([300]);
        one.LinearBackward(x, w, dy, null, dw1, db1);
        three.LinearBackward(x, w, dy, null, dw3, db3);
        Assert.Equal(dw1.Span, dw3.Span);
        Assert.Equal(db1.Span, db3.Span);
    }

    [Fact]
    public void Inference_allocates_nothing_on_the_managed_heap()
    {
        using CpuBackend cpu = new(1);
        Compute compute = new(cpu);
        using Tensor x = Values.Normal([48, 192], 1);
        using Tensor w = Values.Normal([192, 192], 2);
        using Tensor mod = Values.Normal([1, 1, 6, 192], 5);
        using Tensor x3 = x.View([1, 48, 192]);
        using Tensor heads = x.View([1, 48, 6, 32]);
        w.IsFrozen = true;
        // The least of many rounds: tests that run beside this one may take a block from the shared pool now and then.
        long least = long.MaxValue;
        for (int i = 0; i < 40; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            using (TensorScope.Open())
            {
                compute.Linear(x, w, null, Activation.GeluTanh);
                compute.LinearAdd(x, w, null, x);
                compute.LinearGateAdd(x3, w, null, x3, mod, 2);
                compute.MatMul(x, w);
                compute.Attention(heads, heads, heads);
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }

    [Fact]
    public void A_wrong_shape_is_named()
    {
        using TensorScope scope = TensorScope.Open();
        Compute compute = new(new ReferenceBackend());
        Tensor x = Tensor.Zeros([4, 5]);
        ArgumentException e = Assert.Throws<ArgumentException>(() => compute.Linear(x, Tensor.Zeros([3, 6])));
        Assert.Contains("[..., 6], not [4, 5]", e.Message);
        Assert.Throws<ArgumentException>(() => compute.Linear(x, Tensor.Zeros([3, 5]), Tensor.Zeros([4])));
        Assert.Throws<ArgumentException>(() => compute.LinearAdd(x, Tensor.Zeros([3, 5]), null, Tensor.Zeros([4, 4])));
        Assert.Throws<ArgumentException>(() => compute.MatMul(x, Tensor.Zeros([4, 5])));
    }
}
