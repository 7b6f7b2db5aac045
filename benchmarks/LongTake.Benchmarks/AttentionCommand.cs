using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Benchmarks;

/// <summary>Times attention of q [b, queries, heads, width] over k, v [b, keys, heads, width]; with --backward its gradients, with --causal n masked in chunks of n.</summary>
internal static class AttentionCommand
{
    public static int Run(Arguments arguments)
    {
        int batch = arguments.Integer("batch", 1);
        int queries = arguments.Integer("queries", 4680);
        int keys = arguments.Integer("keys", 14040);
        int heads = arguments.Integer("heads", 12);
        int width = arguments.Integer("width", 128);
        int chunk = arguments.Integer("causal", 0);
        bool isBackward = arguments.Has("backward");
        using CpuBackend backend = new(arguments.Integer("threads", 0));
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
            arguments.Integer("runs", 3),
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
