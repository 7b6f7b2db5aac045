using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Optimizers;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Optimizers;

public sealed class MuonTests : IDisposable
{
    private readonly CpuBackend _cpu = new(2);

    public void Dispose() => _cpu.Dispose();

    [Theory]
    [InlineData(24, 24)]
    [InlineData(8, 50)]
    [InlineData(50, 8)]
    public void All_directions_of_an_update_are_about_equally_long(int rows, int columns)
    {
        // Singular values between 1 and 1/side: badly conditioned, but none too small for five iterations.
        using Tensor matrix = Tensor.Zeros([rows, columns]);
        int side = Math.Min(rows, columns);
        for (int i = 0; i < side; i++)
        {
            matrix.Span[(i * columns) + i] = (i % 2 == 0 ? 1 : -1) / (1f + i);
        }
        using Tensor result = TensorScope.Detach(Muon.Orthogonalize(_cpu, matrix, 5));
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                float value = result.Span[(r * columns) + c];
                if (r == c)
                {
                    Assert.InRange(r % 2 == 0 ? value : -value, 0.6f, 1.3f);
                }
                else
                {
                    Assert.Equal(0, value, 1e-5f);
                }
            }
        }
    }

    [Fact]
    public void A_tall_matrix_is_treated_as_its_transpose()
    {
        float[] values = GradientCheck.Random(6 * 17, 1f, seed: 3, stream: 1);
        using Tensor wide = Tensor.From(values, [6, 17]);
        using Tensor tall = Tensor.Empty([17, 6]);
        _cpu.Permute(wide, [1, 0], tall, add: false);
        using Tensor a = TensorScope.Detach(Muon.Orthogonalize(_cpu, wide, 5));
        using Tensor b = TensorScope.Detach(Muon.Orthogonalize(_cpu, tall, 5));
        using Tensor back = Tensor.Empty([6, 17]);
        _cpu.Permute(b, [1, 0], back, add: false);
        GradientCheck.AssertClose(GradientCheck.ToDoubles(a), GradientCheck.ToDoubles(back), 1e-4, "transposed");
    }

    [Fact]
    public void A_step_is_the_orthogonalised_nesterov_momentum()
    {
        using ParameterStore store = Make();
        using Muon optimizer = new(_cpu, store, Options());
        double[] expected = GradientCheck.ToDoubles(store["w"]);
        double[] momentum = new double[expected.Length];
        for (int step = 1; step <= 3; step++)
        {
            FillGradients(store, step);
            double[] gradient = GradientCheck.ToDoubles(store["w"].Grad!);
            float[] direction = new float[gradient.Length];
            for (int i = 0; i < gradient.Length; i++)
            {
                momentum[i] = (0.9 * momentum[i]) + (0.5 * gradient[i]);
                direction[i] = (float)((0.5 * gradient[i]) + (0.9 * momentum[i]));
            }
            using Tensor matrix = Tensor.From(direction, [6, 8]);
            using Tensor update = TensorScope.Detach(Muon.Orthogonalize(_cpu, matrix, 5));
            for (int i = 0; i < expected.Length; i++)
            {
                expected[i] = (expected[i] * (1 - (0.01 * 0.1))) - (0.01 * 0.2 * Math.Sqrt(8) * update.Span[i]);
            }
            optimizer.Step(0.01f, gradientScale: 0.5f);
        }
        GradientCheck.AssertClose(expected, GradientCheck.ToDoubles(store["w"]), 1e-4, "w");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Pieces_of_work_are_done_once_each_and_may_use_the_backend(int threads)
    {
        using CpuBackend cpu = new(threads);
        using Tensor x = Tensor.Empty([40, 1000]);
        cpu.Clear(x);
        for (int round = 1; round <= 3; round++)
        {
            cpu.ForEach(40, i =>
            {
                using TensorScope scope = TensorScope.Open();
                Tensor one = Tensor.Zeros([1000]);
                cpu.Affine(one, 0, i, one);
                cpu.AddScaled(one, 1, x.Rows(i, 1).View([1000]));
            });
            for (int i = 0; i < x.Count; i++)
            {
                Assert.Equal(round * (i / 1000), x.Span[i]);
            }
        }
    }

    [Fact]
    public void What_is_no_hidden_matrix_is_moved_by_AdamW()
    {
        using ParameterStore store = Make(), other = Make();
        using Muon muon = new(_cpu, store, Options());
        using AdamW adam = new(_cpu, other, Options().Others);
        FillGradients(store, 1);
        FillGradients(other, 1);
        muon.Step();
        adam.Step();
        Assert.Equal(other["b"].Span.ToArray(), store["b"].Span.ToArray());
        Assert.Equal(other["table"].Span.ToArray(), store["table"].Span.ToArray());
        Assert.NotEqual(other["w"].Span.ToArray(), store["w"].Span.ToArray());
    }

    [Fact]
    public void Resumed_training_continues_bit_for_bit_on_any_number_of_threads()
    {
        string path = Path.Combine(Path.GetTempPath(), $"longtake-{Guid.NewGuid():N}.safetensors");
        try
        {
            using CpuBackend single = new(1);
            using ParameterStore whole = Make(), before = Make();
            using Muon wholeOptimizer = new(single, whole, Options()), beforeOptimizer = new(_cpu, before, Options());
            Train(whole, wholeOptimizer, 1, 4);
            Train(before, beforeOptimizer, 1, 2);
            using (TensorScope.Open())
            {
                SafetensorsWriter.Write(path, beforeOptimizer.State());
            }
            using ParameterStore after = before.Clone();
            using Muon afterOptimizer = new(_cpu, after, Options());
            using (SafetensorsFile file = SafetensorsFile.Open(path))
            {
                afterOptimizer.LoadState(file);
            }
            Train(after, afterOptimizer, 3, 4);
            foreach (string name in whole.Names)
            {
                Assert.Equal(whole[name].Span.ToArray(), after[name].Span.ToArray());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(1f, 5, 0.2f, "Momentum")]
    [InlineData(0.9f, 0, 0.2f, "Iterations")]
    [InlineData(0.9f, 5, 0f, "UpdateSize")]
    public void Impossible_options_are_refused_by_name(float momentum, int iterations, float size, string name)
    {
        using ParameterStore store = Make();
        MuonOptions options = new() { Momentum = momentum, Iterations = iterations, UpdateSize = size };
        Assert.Contains(name, Assert.Throws<ArgumentOutOfRangeException>(() => new Muon(_cpu, store, options)).Message);
    }

    private static MuonOptions Options() => new()
    {
        Momentum = 0.9f,
        MatrixFilter = n => n == "w",
        Others = new AdamWOptions { WeightDecay = 0.1f },
    };

    private static ParameterStore Make() => ParameterStore.CreateRandom(
        [new ParameterSpec("w", [6, 2, 2, 2]), new ParameterSpec("b", [6]), new ParameterSpec("table", [5, 3])], 1);

    private static void FillGradients(ParameterStore store, int step)
    {
        int stream = 0;
        foreach (string name in store.Names)
        {
            Tensor p = store[name];
            p.Grad ??= TensorScope.Detach(Tensor.Zeros(p.Shape));
            GradientCheck.Random((int)p.Count, 1f, (ulong)step, (ulong)++stream).CopyTo(p.Grad.Span);
        }
    }

    private static void Train(ParameterStore store, Muon optimizer, int first, int last)
    {
        for (int step = first; step <= last; step++)
        {
            FillGradients(store, step);
            optimizer.Step();
        }
    }
}
