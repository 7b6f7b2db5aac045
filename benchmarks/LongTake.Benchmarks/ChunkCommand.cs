using System.Diagnostics;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Benchmarks;

/// <summary>
/// Times one streaming chunk of a causal Wan transformer: the whole network (patches, timestep, blocks, head) on a chunk of
/// latent frames that attends to a fixed history of cached keys and values, with random weights and a prepared prompt.
/// Height and width are in tokens; history is in latent frames.
/// </summary>
internal static class ChunkCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "chunk",
        "One streaming chunk of a causal transformer over a cached history, random weights.",
        Run,
        [
            .. Network("512"),
            new("dtype", "float32", "of the weights: float32 or bfloat16"),
            new("height", "30", "tokens"),
            new("width", "52", "tokens"),
            new("frames", "3", "latent frames of the chunk"),
            new("history", "6", "latent frames that are cached"),
            BenchmarkOption.Threads,
            BenchmarkOption.Runs(3),
        ]);

    private static int Run(Arguments arguments)
    {
        string type = arguments.Text("dtype");
        WanTransformerConfig config = Config(arguments);
        int height = arguments.Integer("height");
        int width = arguments.Integer("width");
        int frames = arguments.Integer("frames");
        int tokens = frames * height * width;
        int past = arguments.Integer("history") * height * width;

        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using ParameterStore parameters = Parameters(config, type);
        using WanTransformer model = new(config, parameters);
        using HistoryAttention attention = new(model, past, new TokenGrid(frames, height, width));
        using Tensor latents = MatMulCommand.Random([1, config.InChannels, frames, height * config.PatchHeight, width * config.PatchWidth], 1);
        using Tensor timesteps = Tensor.From([750f], [1]);
        using Tensor embeddings = MatMulCommand.Random([1, config.TextLength, config.TextDim], 2);
        using TextContext text = model.PrepareText(compute, embeddings);
        bool isFinite = true;
        Measurement time = Measurement.Take(arguments.Integer("runs"), () =>
        {
            using TensorScope scope = TensorScope.Open();
            Tensor velocity = model.Forward(compute, latents, timesteps, text, attention);
            isFinite &= float.IsFinite(velocity.Span[0]) && float.IsFinite(velocity.Span[^1]);
        });
        double d = config.Dim;
        double gflop = 1e-9 * config.LayerCount * ((2 * tokens * d * ((6 * d) + (2 * config.FfnDim)))
            + (4.0 * tokens * (tokens + past) * d) + (4.0 * tokens * config.TextLength * d));
        Measurement.Print(
            arguments,
            ("engine", "longtake"),
            ("dtype", type),
            ("threads", backend.Workers.Threads),
            ("tokens", tokens),
            ("history_tokens", past),
            ("layers", config.LayerCount),
            ("dim", config.Dim),
            ("seconds_min", time.Minimum),
            ("seconds_median", time.Median),
            ("gflop", gflop),
            ("gflops_best", gflop / time.Minimum),
            ("cpu_seconds", time.ProcessorSeconds),
            ("peak_rss_mib", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0),
            ("finite", isFinite));
        return 0;
    }

    /// <summary>The options that <see cref="Config"/> reads.</summary>
    /// <param name="text">Tokens of the prompt where that is not given.</param>
    public static BenchmarkOption[] Network(string text) =>
    [
        new("config", "1.3b", "sizes of the network: 1.3b, 14b or shapes"),
        BenchmarkOption.Open("dim", "of the config"),
        BenchmarkOption.Open("heads", "of the config"),
        BenchmarkOption.Open("ffn", "of the config"),
        BenchmarkOption.Open("layers", "of the config"),
        new("text", text, "tokens of the prompt"),
    ];

    /// <summary>The network that the options name.</summary>
    public static WanTransformerConfig Config(Arguments arguments)
    {
        WanTransformerConfig config = arguments.Text("config") switch
        {
            "1.3b" => WanTransformerConfig.Wan21Small,
            "14b" => WanTransformerConfig.Wan21Large,
            "shapes" => new WanTransformerConfig { Dim = 192, FfnDim = 576, HeadCount = 6, LayerCount = 8 },
            string other => throw new ArgumentException($"--config is 1.3b, 14b or shapes, not '{other}'."),
        };
        return config with
        {
            Dim = arguments.Integer("dim", config.Dim),
            HeadCount = arguments.Integer("heads", config.HeadCount),
            FfnDim = arguments.Integer("ffn", config.FfnDim),
            LayerCount = arguments.Integer("layers", config.LayerCount),
            TextLength = arguments.Integer("text"),
            // The text projection runs once a prompt and is not timed.
            TextDim = 64,
        };
    }

    private static ParameterStore Parameters(WanTransformerConfig config, string type)
    {
        ParameterStore random = ParameterStore.CreateRandom(WanTransformer.Specs(config), seed: 1);
        if (type == "float32")
        {
            random.Freeze();
            return random;
        }
        if (type != "bfloat16")
        {
            throw new ArgumentException($"--dtype is float32 or bfloat16, not '{type}'.");
        }
        ParameterStore stored = new();
        foreach (string name in random.Names)
        {
            ReadOnlySpan<float> from = random[name].Span;
            Tensor to = Tensor.Empty(random[name].Shape, DType.BF16);
            for (int i = 0; i < from.Length; i++)
            {
                to.AsSpan<BFloat16>()[i] = (BFloat16)from[i];
            }
            stored.Add(name, to);
        }
        random.Dispose();
        stored.Freeze();
        return stored;
    }

    /// <summary>Self-attention over a fixed, already rotated history and the chunk's own tokens, which are rotated and appended in place.</summary>
    private sealed class HistoryAttention : ISelfAttention, IDisposable
    {
        private readonly RotaryEmbedding _rotary;
        private readonly TokenGrid _grid;
        private readonly double[] _positions;
        private readonly int _past;
        private readonly Tensor[] _keys;
        private readonly Tensor[] _values;

        public HistoryAttention(WanTransformer model, int past, TokenGrid grid)
        {
            WanTransformerConfig c = model.Config;
            _rotary = model.Rotary;
            _grid = grid;
            _past = past;
            _positions = [.. Enumerable.Range(0, grid.Frames).Select(f => (double)f)];
            Shape shape = [1, past + grid.Count, c.HeadCount, c.HeadDim];
            _keys = [.. Enumerable.Range(0, c.LayerCount).Select(i => MatMulCommand.Random(shape, 10 + (ulong)i))];
            _values = [.. Enumerable.Range(0, c.LayerCount).Select(i => MatMulCommand.Random(shape, 1000 + (ulong)i))];
        }

        public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
        {
            using OperationScope scope = compute.Scope();
            RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width);
            Tensor rotated = compute.Rope(q, tables.Cos, tables.Sin);
            Append(_keys[layer], compute.Rope(k, tables.Cos, tables.Sin));
            Append(_values[layer], v);
            return scope.Keep(compute.Attention(rotated, _keys[layer], _values[layer]));
        }

        public void Dispose()
        {
            foreach (Tensor t in _keys.Concat(_values))
            {
                t.Dispose();
            }
        }

        private void Append(Tensor cache, Tensor tokens)
        {
            Tensor flat = cache.View(cache.Shape.Sub(1, 4));
            flat.Rows(_past, _grid.Count).CopyFrom(tokens);
        }
    }
}
