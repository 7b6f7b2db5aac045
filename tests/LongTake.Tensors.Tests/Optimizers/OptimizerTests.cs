using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Optimizers;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Optimizers;

public sealed class OptimizerTests : IDisposable
{
    private const int Count = 20_011;

    private readonly CpuBackend _cpu = new(2);

    public void Dispose() => _cpu.Dispose();

    [Fact]
    public void AdamW_follows_the_published_update()
    {
        using ParameterStore store = Make();
        AdamWOptions options = new() { WeightDecay = 0.1f, LearningRate = 3e-3f, WeightDecayFilter = n => n == "w" };
        using AdamW optimizer = new(_cpu, store, options);
        double[] w = GradientCheck.ToDoubles(store["w"]);
        double[] b = GradientCheck.ToDoubles(store["b"]);
        double[] wm = new double[Count], wv = new double[Count], bm = new double[7], bv = new double[7];
        for (int step = 1; step <= 5; step++)
        {
            float rate = step == 3 ? 1e-2f : 3e-3f;
            FillGradients(store, step);
            Expect(w, GradientCheck.ToDoubles(store["w"].Grad!), wm, wv, step, rate, 0.1);
            Expect(b, GradientCheck.ToDoubles(store["b"].Grad!), bm, bv, step, rate, 0);
            optimizer.Step(step == 3 ? rate : null);
        }
        GradientCheck.AssertClose(w, GradientCheck.ToDoubles(store["w"]), 1e-6, "w");
        GradientCheck.AssertClose(b, GradientCheck.ToDoubles(store["b"]), 1e-6, "b");
        Assert.Equal(5, optimizer.Steps);
    }

    [Fact]
    public void AdamW_leaves_parameters_without_gradient_alone()
    {
        using ParameterStore store = Make();
        using AdamW optimizer = new(_cpu, store);
        float[] before = store["w"].Span.ToArray();
        store["b"].Grad = Tensor.From(GradientCheck.Random(7, 1f, 1, 1), [7]);
        optimizer.Step();
        Assert.Equal(before, store["w"].Span.ToArray());
        Assert.NotEqual(Make()["b"].Span.ToArray(), store["b"].Span.ToArray());
    }

    [Fact]
    public void A_gradient_scale_equals_scaled_gradients()
    {
        using ParameterStore scaled = Make();
        using ParameterStore plain = Make();
        using AdamW first = new(_cpu, scaled);
        using AdamW second = new(_cpu, plain);
        FillGradients(scaled, 1);
        FillGradients(plain, 1);
        _cpu.Affine(plain["w"].Grad!, 0.25f, 0, plain["w"].Grad!);
        _cpu.Affine(plain["b"].Grad!, 0.25f, 0, plain["b"].Grad!);
        first.Step(gradientScale: 0.25f);
        second.Step();
        Assert.Equal(plain["w"].Span.ToArray(), scaled["w"].Span.ToArray());
    }

    [Fact]
    public void Resumed_training_continues_bit_for_bit()
    {
        string path = Path.Combine(Path.GetTempPath(), $"longtake-{Guid.NewGuid():N}.safetensors");
        try
        {
            using ParameterStore whole = Make();
            using AdamW wholeOptimizer = new(_cpu, whole);
            using ExponentialMovingAverage wholeAverage = new(_cpu, whole, 0.9f, warmUp: true);
            using ParameterStore before = Make();
            using AdamW beforeOptimizer = new(_cpu, before);
            using ExponentialMovingAverage beforeAverage = new(_cpu, before, 0.9f, warmUp: true);
            for (int step = 1; step <= 6; step++)
            {
                Train(whole, wholeOptimizer, wholeAverage, step);
            }
            for (int step = 1; step <= 3; step++)
            {
                Train(before, beforeOptimizer, beforeAverage, step);
            }
            using (TensorScope.Open())
            {
                SafetensorsWriter.Write(path, beforeOptimizer.State().Concat(beforeAverage.State()));
            }
            using ParameterStore after = before.Clone();
            using AdamW afterOptimizer = new(_cpu, after);
            using ExponentialMovingAverage afterAverage = new(_cpu, after, 0.9f, warmUp: true);
            using (SafetensorsFile file = SafetensorsFile.Open(path))
            {
                afterOptimizer.LoadState(file);
                afterAverage.LoadState(file);
            }
            for (int step = 4; step <= 6; step++)
            {
                Train(after, afterOptimizer, afterAverage, step);
            }
            Assert.Equal(whole["w"].Span.ToArray(), after["w"].Span.ToArray());
            Assert.Equal(wholeAverage.Average["w"].Span.ToArray(), afterAverage.Average["w"].Span.ToArray());
            Assert.Equal(6, afterOptimizer.Steps);
            Assert.Equal(6, afterAverage.Updates);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_state_of_another_network_is_refused_by_name()
    {
        string path = Path.Combine(Path.GetTempPath(), $"longtake-{Guid.NewGuid():N}.safetensors");
        try
        {
            using ParameterStore store = Make();
            using AdamW optimizer = new(_cpu, store);
            using (TensorScope.Open())
            {
                SafetensorsWriter.Write(path, optimizer.State());
            }
            using ParameterStore other = ParameterStore.CreateRandom([new ParameterSpec("v", [3])], 1);
            using AdamW otherOptimizer = new(_cpu, other);
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Contains("exp_avg.v", Assert.Throws<CheckpointException>(() => otherOptimizer.LoadState(file)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Clipping_limits_the_global_norm()
    {
        using ParameterStore store = Make();
        FillGradients(store, 1);
        GradientClipper clipper = new(_cpu);
        double expected = Math.Sqrt(store.Tensors.Sum(t => GradientCheck.ToDoubles(t.Grad!).Sum(g => g * g)));
        double norm = clipper.Clip(store, 1f);
        Assert.Equal(expected, norm, expected * 1e-6);
        Assert.Equal(1, clipper.Norm(store), 1e-4);
        float[] within = store["w"].Grad!.Span.ToArray();
        Assert.Equal(1, clipper.Clip(store, 5f), 1e-4);
        Assert.Equal(within, store["w"].Grad!.Span.ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_norm_that_is_not_finite_is_reported_and_nothing_scaled(float bad)
    {
        using ParameterStore store = Make();
        FillGradients(store, 1);
        store["w"].Grad!.Span[777] = bad;
        float[] before = store["b"].Grad!.Span.ToArray();
        Assert.False(double.IsFinite(new GradientClipper(_cpu).Clip(store, 1f)));
        Assert.Equal(before, store["b"].Grad!.Span.ToArray());
    }

    [Fact]
    public void Zeroed_gradients_keep_their_memory()
    {
        using ParameterStore store = Make();
        FillGradients(store, 1);
        using AdamW optimizer = new(_cpu, store);
        Tensor gradient = store["w"].Grad!;
        optimizer.ZeroGradients();
        Assert.Same(gradient, store["w"].Grad);
        Assert.All(gradient.Span.ToArray(), v => Assert.Equal(0f, v));
    }

    [Fact]
    public void The_average_moves_by_one_minus_decay()
    {
        using ParameterStore store = Make();
        using ExponentialMovingAverage average = new(_cpu, store, 0.75f);
        float start = store["w"].Span[5];
        store["w"].Span[5] = start + 4f;
        average.Update(store);
        Assert.Equal(start + 1f, average.Average["w"].Span[5], 1e-5f);
        Assert.Equal(store["b"].Span[3], average.Average["b"].Span[3], 1e-6f);
    }

    [Fact]
    public void The_schedule_warms_up_and_decays()
    {
        LearningRateSchedule schedule = new() { Peak = 2f, Final = 0.5f, WarmUpSteps = 4, TotalSteps = 14 };
        schedule.Validate();
        Assert.Equal(0.5f, schedule.At(0), 1e-6f);
        Assert.Equal(2f, schedule.At(3), 1e-6f);
        Assert.Equal(2f, schedule.At(4), 1e-6f);
        Assert.Equal(1.25f, schedule.At(9), 1e-6f);
        Assert.Equal(0.5f, schedule.At(14), 1e-6f);
        Assert.Equal(0.5f, schedule.At(1000), 1e-6f);
        schedule.Decay = LearningRateDecay.Linear;
        Assert.Equal(2f - (1.5f * 0.3f), schedule.At(7), 1e-6f);
        schedule.Decay = LearningRateDecay.Constant;
        Assert.Equal(2f, schedule.At(1000));
        schedule.Final = 3f;
        Assert.Equal("Final", Assert.Throws<ArgumentOutOfRangeException>(schedule.Validate).ParamName);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        using ParameterStore store = Make();
        AdamWOptions bad = new() { Beta2 = 1f };
        Assert.Equal("Beta2", Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW(_cpu, store, bad)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialMovingAverage(_cpu, store, 1f));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipper.Factor(1, 0f));
    }

    private static void Train(ParameterStore store, AdamW optimizer, ExponentialMovingAverage average, int step)
    {
        FillGradients(store, step);
        optimizer.Step();
        average.Update(store);
    }

    private static ParameterStore Make() =>
        ParameterStore.CreateRandom([new("w", [Count], ParameterInit.Normal), new("b", [7], ParameterInit.Normal)], 3);

    private static void FillGradients(ParameterStore store, int step)
    {
        foreach (string name in store.Names)
        {
            Tensor p = store[name];
            p.Grad?.Dispose();
            p.Grad = Tensor.From(GradientCheck.Random(p.Count, 0.5f, (ulong)step, (ulong)name[0]), p.Shape);
        }
    }

    /// <summary>The update as PyTorch's documentation states it, in double precision.</summary>
    private static void Expect(double[] p, double[] g, double[] m, double[] v, int t, float rate, double decay)
    {
        double beta1 = 0.9f, beta2 = 0.999f;
        for (int i = 0; i < p.Length; i++)
        {
            p[i] -= rate * decay * p[i];
            m[i] = (beta1 * m[i]) + ((1 - beta1) * g[i]);
            v[i] = (beta2 * v[i]) + ((1 - beta2) * g[i] * g[i]);
            double mHat = m[i] / (1 - Math.Pow(beta1, t));
            double vHat = v[i] / (1 - Math.Pow(beta2, t));
            p[i] -= rate * mHat / (Math.Sqrt(vHat) + 1e-8);
        }
    }
}
