using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Benchmarks;

/// <summary>
/// Times the operations between the matrix products of a training step of a small transformer (--tokens, --width, hidden
/// width four times that), one line each, with the memory traffic that they cannot avoid.
/// </summary>
internal static class OperationsCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "operations",
        "Element-wise operations, norms and reductions of a training step.",
        Run,
        new("tokens", "4096"),
        new("width", "256", "of the model; the hidden width is four times that"),
        new("only", "", "cases whose names contain this"),
        BenchmarkOption.Threads,
        BenchmarkOption.Runs(20));

    private static int Run(Arguments arguments)
    {
        int tokens = arguments.Integer("tokens");
        int width = arguments.Integer("width");
        string only = arguments.Text("only");
        using CpuBackend cpu = new(arguments.Integer("threads"));
        using TensorScope scope = TensorScope.Open();
        foreach ((string name, double bytes, Action work) in Cases(cpu, tokens, width))
        {
            if (!name.Contains(only, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            Measurement time = Measurement.Take(arguments.Integer("runs"), work, 0.2);
            Measurement.Print(
                arguments,
                ("engine", "longtake"),
                ("work", name),
                ("threads", cpu.Workers.Threads),
                ("tokens", tokens),
                ("width", width),
                ("seconds_min", time.Minimum),
                ("seconds_median", time.Median),
                ("cpu_seconds", time.ProcessorSeconds),
                ("gigabytes_per_second", bytes * 1e-9 / time.Minimum));
        }
        return 0;
    }

    private static IEnumerable<(string Name, double Bytes, Action Work)> Cases(CpuBackend cpu, int tokens, int width)
    {
        const float Eps = 1e-6f;
        int half = tokens / 2;
        Tensor x = MatMulCommand.Random([2, half, width], 1);
        Tensor g = MatMulCommand.Random([2, half, width], 2);
        Tensor y = Tensor.Zeros([2, half, width]);
        Tensor modulation = MatMulCommand.Random([2, 1, 6, width], 3);
        Tensor modulationGradient = Tensor.Zeros([2, 1, 6, width]);
        Tensor weight = MatMulCommand.Random([width], 4);
        Tensor weightGradient = Tensor.Zeros([width]);
        Tensor hidden = MatMulCommand.Random([tokens, 4 * width], 5);
        Tensor hiddenGradient = MatMulCommand.Random([tokens, 4 * width], 6);
        Tensor hiddenResult = Tensor.Zeros([tokens, 4 * width]);
        Tensor heads = x.View([2, half, width / 32, 32]);
        Tensor headsResult = y.View([2, half, width / 32, 32]);
        Tensor cos = MatMulCommand.Random([half, 16], 7);
        Tensor sin = MatMulCommand.Random([half, 16], 8);
        Tensor first = Tensor.Zeros(hidden.Shape);
        Tensor second = Tensor.Zeros(hidden.Shape);
        AdamWStep step = new(1f, 0.9f, 0.999f, 1e-8f, 1f, 1e-6f, 1f);
        double row = x.Bytes;
        double wide = hidden.Bytes;
        return
        [
            ("copy", 2 * row, () => y.CopyFrom(x)),
            ("add", 3 * row, () => cpu.Add(x, g, y)),
            ("layer norm modulate", 2 * row, () => cpu.LayerNormModulate(x, modulation, 0, 1, Eps, y)),
            ("layer norm modulate backward", 4 * row, () =>
                cpu.LayerNormModulateBackward(x, modulation, 0, 1, Eps, g, y, modulationGradient)),
            ("rms norm", 2 * row, () => cpu.RmsNorm(x, weight, Eps, y)),
            ("rms norm backward", 4 * row, () => cpu.RmsNormBackward(x, weight, Eps, g, y, weightGradient)),
            ("gate add", 3 * row, () => cpu.GateAdd(x, g, modulation, 2, y)),
            ("gate add backward", 4 * row, () => cpu.GateAddBackward(x, modulation, 2, g, y, modulationGradient)),
            ("rope", 2 * row, () => cpu.Rope(heads, cos, sin, false, headsResult)),
            ("rope backward", 3 * row, () => cpu.RopeBackward(cos, sin, false, heads, headsResult)),
            ("gelu", 2 * wide, () => cpu.Unary(UnaryFunction.Gelu, hidden, hiddenResult)),
            ("gelu backward", 4 * wide, () => cpu.UnaryBackward(UnaryFunction.Gelu, hidden, hiddenGradient, hiddenResult)),
            ("softmax", 2 * wide, () => cpu.Softmax(hidden, hiddenResult)),
            ("permute heads", 2 * row, () => cpu.Permute(heads, [0, 2, 1, 3], y, false)),
            ("permute transpose", 2 * row, () => cpu.Permute(x, [0, 2, 1], y, false)),
            ("column sum", row, () => cpu.SumMiddle(x, 1, tokens, width, 1f, weightGradient, true)),
            ("squared error", 2 * row, () => cpu.SquaredError(x, g, null, 1f, weightGradient)),
            ("adamw", 7 * wide, () => cpu.AdamW(hiddenResult, hiddenGradient, first, second, step)),
        ];
    }
}
