using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Benchmarks;

/// <summary>Times attention of q [b, queries, heads, width] over k, v [b, keys, heads, width]; with --backward its gradients, with --causal n masked in chunks of n.</summary>
internal static class AttentionCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "attention",
        "Attention of q [batch, queries, heads, width] over keys and values.",
        Run,
        new("batch", "1"),
        new("queries", "4680"),
        new("keys", "14040"),
        new("heads", "12"),
        new("width", "128", "of a head"),
        new("causal", "0", "masked in chunks of so many tokens; 0: no mask"),
        BenchmarkOption.Flag("backward", "with gradients"),
        BenchmarkOption.Threads,
        BenchmarkOption.Runs(3));

    private static int Run(Arguments arguments)
    {
        int batch = arguments.Integer("batch");
        int queries = arguments.Integer("queries");
        int keys = arguments.Integer("keys");
        int heads = arguments.Integer("heads");
        int width = arguments.Integer("width");
        int chunk = arguments.Integer("causal");
        bool isBackward = arguments.Has("backward");
        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using Tensor q = MatMulCommand.Random([batch, queries, heads, width], 1);
        using Tensor k = MatMulCommand.Random([batch, keys, heads, width], 2);
        using Tensor v = MatMulCommand.Random([batch, keys, heads, width], 3);
        using Tensor mask = Tensor.Zeros(chunk > 0 ? [queries, keys] : [1], DType.U8);
        for (int i = 0; i < mask.Count; i++)
        {
            mask.AsSpan<byte>()[i] = chunk > 0 && i % keys / chunk <= i / keys / chunk ? (byte)1 : (byte)0;
        }
        AttentionOptions options = new() { Mask = chunk > 0 ? mask : null };
        q.RequiresGrad = k.RequiresGrad = v.RequiresGrad = isBackward;
        Measurement time = Measurement.Take(
            arguments.Integer("runs"),
            () =>
            {
                if (isBackward)
                {
                    using Tape tape = compute.Record();
                    Tensor y = compute.Attention(q, k, v, options);
                    tape.Backward(y, q);
                    return;
                }
                using TensorScope scope = TensorScope.Open();
                compute.Attention(q, k, v, options);
            });
        // Forward 2 products, backward 5; masked work is not subtracted.
        double gflop = (isBackward ? 14e-9 : 4e-9) * batch * heads * width * queries * keys;
        Measurement.Print(
            arguments,
            ("engine", "longtake"),
            ("work", isBackward ? "attention forward and backward" : "attention"),
            ("threads", backend.Workers.Threads),
            ("seconds_min", time.Minimum),
            ("seconds_median", time.Median),
            ("cpu_seconds", time.ProcessorSeconds),
            ("gflop", gflop),
            ("gflops_best", gflop / time.Minimum),
            ("gflop_per_cpu_second", gflop / time.ProcessorSeconds));
        return 0;
    }
}
