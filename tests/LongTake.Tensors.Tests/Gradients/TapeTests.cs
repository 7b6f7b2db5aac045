using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Tests.Gradients;

public sealed class TapeTests : IDisposable
{
    private readonly CpuBackend _cpu = new(2);
    private readonly TensorScope _scope = TensorScope.Open();

    public void Dispose()
    {
        _scope.Dispose();
        _cpu.Dispose();
    }

    [Fact]
    public void A_tensor_used_twice_gets_both_gradients() =>
        GradientCheck.Check((c, t) => c.Mul(c.Add(t[0], c.Gelu(t[0])), t[0]), [[3, 5]]);

    [Fact]
    public void Views_of_views_lead_to_the_source() =>
        GradientCheck.Check(
            (c, t) =>
            {
                Tensor y = c.Silu(t[0]);
                Tensor a = c.Rows(c.Reshape(y, [6, 4]), 1, 4);
                Tensor b = c.Reshape(c.Rows(a, 2, 2), [8]);
                return c.Mul(b, c.Reshape(c.Rows(c.Reshape(y, [3, 8]), 1, 1), [8]));
            },
            [[2, 3, 4]]);

    [Fact]
    public void A_view_of_a_parameter_adds_to_the_parameter() =>
        GradientCheck.Check((c, t) => c.Add(c.Square(c.Rows(t[0], 1, 2)), c.Rows(t[0], 0, 2)), [[4, 3]]);

    [Fact]
    public void Checkpointing_changes_no_gradient()
    {
        Func<Compute, Tensor[], Tensor> plain = (c, t) => c.Mul(c.Gelu(c.Add(t[0], t[1])), t[1]);
        Func<Compute, Tensor[], Tensor> stored = (c, t) => c.Scale(c.Checkpoint([t[0], t[1]], u => plain(c, u)), 2f);
        GradientCheck.Check(stored, [[3, 7], [7]]);
        GradientCheck.Check((c, t) => c.Checkpoint([t[0]], u => c.Checkpoint([u[0]], v => c.Square(c.Silu(v[0])))), [[3, 7]]);
    }

    [Fact]
    public void Checkpointing_reaches_parameters_that_are_not_listed()
    {
        Compute compute = new(_cpu);
        Tensor x = Random([4, 3], 1);
        Tensor w = Random([3], 2);
        x.RequiresGrad = w.RequiresGrad = true;
        using (Tape tape = compute.Record())
        {
            tape.Backward(compute.Sum(compute.Checkpoint([x], u => compute.Mul(u[0], w))));
        }
        for (int j = 0; j < 3; j++)
        {
            float expected = x.Span[j] + x.Span[3 + j] + x.Span[6 + j] + x.Span[9 + j];
            Assert.Equal(expected, w.Grad!.Span[j], 1e-5f);
        }
        Assert.Equal(w.Span[1], x.Grad!.Span[4], 1e-6f);
        w.Grad!.Dispose();
        x.Grad!.Dispose();
    }

    [Fact]
    public void A_paused_region_is_a_constant()
    {
        Compute compute = new(_cpu);
        Tensor x = Random([5], 1);
        x.RequiresGrad = true;
        using (Tape tape = compute.Record())
        {
            Tensor target = tape.Paused(() => compute.Square(x));
            Assert.False(target.RequiresGrad);
            tape.Backward(compute.Sum(compute.Mul(target, x)));
        }
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(x.Span[i] * x.Span[i], x.Grad!.Span[i], 1e-5f);
        }
        x.Grad!.Dispose();
    }

    [Fact]
    public void Gradients_accumulate_over_passes_and_scale()
    {
        Compute compute = new(_cpu);
        Tensor x = Random([5], 1);
        x.RequiresGrad = true;
        for (int pass = 0; pass < 4; pass++)
        {
            using Tape tape = compute.Record();
            tape.Backward(compute.Sum(x), 0.25f);
        }
        Assert.All(x.Grad!.Span.ToArray(), g => Assert.Equal(1f, g));
        x.Grad.Dispose();
    }

    [Fact]
    public void Nothing_is_recorded_without_a_wish_for_gradients()
    {
        Compute compute = new(_cpu);
        Tensor x = Random([5], 1);
        using Tape tape = compute.Record();
        Tensor loss = compute.Sum(compute.Gelu(x));
        Assert.False(loss.RequiresGrad);
        Assert.Throws<ArgumentException>(() => tape.Backward(loss));
    }

    [Fact]
    public void Closing_the_tape_frees_everything_that_was_recorded()
    {
        Compute compute = new(_cpu);
        Tensor x = Random([64, 64], 1);
        x.RequiresGrad = true;
        List<Tensor> made = [];
        using (Tape tape = compute.Record())
        {
            made.Add(compute.Checkpoint([x], u => compute.Softmax(compute.Gelu(u[0]))));
            made.Add(compute.Permute(made[0], [1, 0]));
            made.Add(compute.MeanSquaredError(made[1], x));
            tape.Backward(made[2]);
            made.Add(tape.GradOf(made[1]));
        }
        Assert.All(made, t => Assert.True(t.IsDisposed));
        Assert.False(x.Grad!.IsDisposed);
        x.Grad!.Dispose();
    }

    [Fact]
    public void Inference_allocates_nothing_on_the_managed_heap()
    {
        using CpuBackend single = new(1);
        Compute compute = new(single);
        Tensor x = Random([2, 12, 32], 1);
        Tensor modulation = Random([2, 3, 6, 32], 2);
        Tensor w = Random([32], 3);
        Tensor angles = Random([12, 4], 4);
        int[] axes = [0, 2, 1];
        // The least of many rounds: tests that run beside this one may take a block from the shared pool now and then.
        long least = long.MaxValue;
        for (int round = 0; round < 60; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            using (OperationScope scope = compute.Scope())
            {
                Tensor y = compute.LayerNormModulate(x, modulation, 0, 1, 1e-6f);
                y = compute.GateAdd(x, compute.RmsNorm(compute.Gelu(y), w, 1e-6f), modulation, 2);
                y = compute.Rope(compute.Reshape(y, [2, 12, 4, 8]), angles, angles);
                y = compute.Softmax(compute.Permute(compute.Reshape(y, [2, 12, 32]), axes));
                y = compute.Mul(compute.Concat([y, y], 1), compute.Scale(compute.Concat([y, y], 1), 2f));
                compute.Mean(compute.Slice(y, 1, 3, 5));
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }

    private static Tensor Random(Shape shape, ulong seed) => Tensor.From(GradientCheck.Random(shape.Count, 1f, seed, 0), shape);
}
