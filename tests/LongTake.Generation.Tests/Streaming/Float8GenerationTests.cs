using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Conversion;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Streaming;

public sealed class Float8GenerationTests : IDisposable
{
    // Wide enough for matrices that stay as stored.
    private static readonly WanTransformerConfig s_config = TinyModel.Config with { Dim = 256, FfnDim = 384, HeadCount = 4, LayerCount = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_float8_model_generates_the_bits_of_the_same_model_multiplied_out_in_advance()
    {
        string source = Path.Combine(_folder, "model"), target = Path.Combine(_folder, "float8");
        using (ParameterStore weights = ParameterStore.CreateRandom(WanTransformer.Specs(s_config), 7))
        {
            // Output heads start at zero, and what follows would be blind to everything else.
            new CounterRandom(9, 1).FillNormal(weights["head.head.weight"].Span);
            ModelFolderWriter.WriteTransformer(
                source, TransformerKind.Causal, s_config, TransformerSettings.DefaultsFor(TransformerKind.Causal), weights, DType.F32);
        }
        CheckpointConverter.Convert(source, target, new ConversionOptions());

        using ModelFolder model = ModelFolder.Open(target);
        using ParameterStore stored = model.LoadTransformerParameters(TransformerKind.Causal);
        Assert.Equal(DType.F8E4M3, stored["blocks.0.self_attn.q.weight"].DType);
        Assert.NotEqual(1f, stored["blocks.0.self_attn.q.weight"].Scale);
        using ParameterStore wide = model.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        Assert.All(wide.Tensors, t => Assert.Equal(DType.F32, t.DType));
        float[] expected = Generate(wide);
        Assert.Equal(expected, Generate(stored));

        using ModelFolder before = ModelFolder.Open(source);
        using ParameterStore original = before.LoadTransformerParameters(TransformerKind.Causal);
        float[] unrounded = Generate(original);
        Assert.NotEqual(unrounded, expected);
        double difference = unrounded.Zip(expected, (a, b) => Math.Pow(a - b, 2)).Sum();
        Assert.InRange(difference / unrounded.Sum(a => (double)a * a), 1e-6, 0.05);
    }

    private static float[] Generate(ParameterStore parameters)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend backend = new(2);
        using WanTransformer transformer = new(s_config, parameters);
        StreamingMethod method = new SlidingWindowOptions { Window = 9, Sink = 2 }.ToMethod();
        using ChunkGenerator generator = new(
            new Compute(backend), transformer, method, TinyModel.TwoSteps, new RunInfo(1, TinyModel.Chunk, 2 * TinyModel.Chunk), 1, TinyModel.Side, TinyModel.Side);
        generator.SetPrompt(TinyModel.Prompt(0), null);
        return [.. Enumerable.Range(0, 2).SelectMany(_ => generator.Next().Span.ToArray())];
    }
}
