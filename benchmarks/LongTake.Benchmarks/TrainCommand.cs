using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Optimizers;
using LongTake.Tensors.Parameters;

namespace LongTake.Benchmarks;

/// <summary>
/// Times one training step of a small transformer: forward, backward and optimiser on random latents, with a block-causal
/// mask if <c>--causal</c> names frames per block. Height and width are in tokens.
/// </summary>
internal static class TrainCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "train",
        "One training step of a transformer of the embedded model's size.",
        Run,
        new("dim", "192"),
        new("ffn", "576"),
        new("heads", "6"),
        new("layers", "8"),
        new("text", "48", "tokens of the prompt"),
        new("batch", "16", "samples"),
        new("frames", "15", "latent frames"),
        new("causal", "0", "frames of a causal block; 0: bidirectional"),
        new("height", "4", "tokens"),
        new("width", "4", "tokens"),
        BenchmarkOption.Threads,
        BenchmarkOption.Runs(5));

    private static int Run(Arguments arguments)
    {
        WanTransformerConfig config = new()
        {
            Dim = arguments.Integer("dim"),
            FfnDim = arguments.Integer("ffn"),
            HeadCount = arguments.Integer("heads"),
            LayerCount = arguments.Integer("layers"),
            TextDim = 96,
            TextLength = arguments.Integer("text"),
        };
        int batch = arguments.Integer("batch");
        int frames = arguments.Integer("frames");
        int block = arguments.Integer("causal");
        TokenGrid grid = new(frames, arguments.Integer("height"), arguments.Integer("width"));

        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using ParameterStore parameters = ParameterStore.CreateRandom(WanTransformer.Specs(config), seed: 1);
        parameters.RequireGrad(true);
        using WanTransformer model = new(config, parameters);
        using FullAttention attention = block > 0
            ? FullAttention.BlockCausal(model.Rotary, grid, block)
            : new FullAttention(model.Rotary, grid);
        using AdamW optimizer = new(backend, parameters);
        Shape shape = [batch, config.InChannels, frames, grid.Height * config.PatchHeight, grid.Width * config.PatchWidth];
        using Tensor latents = MatMulCommand.Random(shape, 1);
        using Tensor target = MatMulCommand.Random(shape, 2);
        using Tensor embeddings = MatMulCommand.Random([batch, config.TextLength, config.TextDim], 3);
        using Tensor timesteps = Tensor.Empty([batch]);
        timesteps.Span.Fill(500f);
        float last = 0;
        Measurement time = Measurement.Take(arguments.Integer("runs"), () =>
        {
            using Tape tape = compute.Record();
            using TextContext text = model.PrepareText(compute, embeddings);
            Tensor loss = compute.MeanSquaredError(model.Forward(compute, latents, timesteps, text, attention), target);
            tape.Backward(loss);
            last = loss.Span[0];
            optimizer.Step();
            optimizer.ZeroGradients();
        });
        double tokens = batch * grid.Count;
        double d = config.Dim;
        double forward = 1e-9 * config.LayerCount * tokens * ((2 * d * ((6 * d) + (2 * config.FfnDim))) + (4 * d * (grid.Count + config.TextLength)));
        Measurement.Print(
            arguments,
            ("engine", "longtake"),
            ("work", "training step"),
            ("threads", backend.Workers.Threads),
            ("tokens", tokens),
            ("layers", config.LayerCount),
            ("dim", config.Dim),
            ("seconds_min", time.Minimum),
            ("seconds_median", time.Median),
            ("cpu_seconds", time.ProcessorSeconds),
            ("gflop", 3 * forward),
            ("gflop_per_cpu_second", 3 * forward / time.ProcessorSeconds),
            ("loss", last));
        return 0;
    }
}
