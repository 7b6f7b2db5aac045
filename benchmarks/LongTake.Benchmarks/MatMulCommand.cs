using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Benchmarks;

/// <summary>Times x Wᵀ with x [m, k] and W [n, k], or with --backward the gradients of both.</summary>
internal static class MatMulCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "matmul",
        "A linear layer, x [m, k] by W [n, k].",
        Run,
        new("m", "1560", "rows of x"),
        new("n", "1536", "width of the result"),
        new("k", "1536", "width of x"),
        new("dtype", "float32", "of W: float32, bfloat16 or float16"),
        BenchmarkOption.Flag("frozen", "a constant weight, packed once"),
        BenchmarkOption.Flag("gelu", "with the activation"),
        BenchmarkOption.Flag("backward", "the gradients of both instead"),
        BenchmarkOption.Threads,
        BenchmarkOption.Runs(5));

    private static int Run(Arguments arguments)
    {
        int m = arguments.Integer("m");
        int n = arguments.Integer("n");
        int k = arguments.Integer("k");
        string type = arguments.Text("dtype");
        bool isBackward = arguments.Has("backward");
        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using Tensor x = Random([m, k], 1);
        using Tensor dy = Random([m, n], 2);
        using Tensor w = Random([n, k], 3, type switch
        {
            "float32" => DType.F32,
            "bfloat16" => DType.BF16,
            "float16" => DType.F16,
            _ => throw new ArgumentException($"--dtype is float32, bfloat16 or float16, not '{type}'."),
        });
        w.IsFrozen = arguments.Has("frozen");
        using Tensor dx = Tensor.Zeros([m, k]);
        using Tensor dw = Tensor.Zeros([n, k]);
        Activation activation = arguments.Has("gelu") ? Activation.GeluTanh : Activation.None;
        Measurement time = Measurement.Take(
            arguments.Integer("runs"),
            () =>
            {
                if (isBackward)
                {
                    backend.LinearBackward(x, w, dy, dx, dw, null);
                    return;
                }
                using TensorScope scope = TensorScope.Open();
                compute.Linear(x, w, null, activation);
            });
        double gflop = (isBackward ? 4e-9 : 2e-9) * m * n * k;
        Measurement.Print(
            arguments,
            ("engine", "longtake"),
            ("work", isBackward ? "linear backward" : "linear"),
            ("dtype", type),
            ("threads", backend.Workers.Threads),
            ("m", m),
            ("n", n),
            ("k", k),
            ("seconds_min", time.Minimum),
            ("seconds_median", time.Median),
            ("cpu_seconds", time.ProcessorSeconds),
            ("gflop", gflop),
            ("gflops_best", gflop / time.Minimum),
            ("gflop_per_cpu_second", gflop / time.ProcessorSeconds));
        return 0;
    }

    /// <summary>Standard normal values in a storage type.</summary>
    public static Tensor Random(Shape shape, ulong seed, DType type = DType.F32)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(seed, 0).FillNormal(t.Span);
        if (type == DType.F32)
        {
            return t;
        }
        Tensor stored = Tensor.Empty(shape, type);
        for (int i = 0; i < t.Count; i++)
        {
            if (type == DType.BF16)
            {
                stored.AsSpan<BFloat16>()[i] = (BFloat16)t.Span[i];
            }
            else
            {
                stored.AsSpan<Half>()[i] = (Half)t.Span[i];
            }
        }
        t.Dispose();
        return stored;
    }
}
