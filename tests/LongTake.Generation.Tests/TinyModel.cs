using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests;

/// <summary>
/// A causal transformer with random weights, small enough to generate hundreds of chunks in a test. Latent frames are 3 x 4 x 4.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    public const int Side = 4;

    public const int Chunk = 3;

    private readonly ParameterStore _parameters = new();
    private readonly CpuBackend _backend;

    public TinyModel(int threads = 1)
    {
        _backend = new CpuBackend(threads);
        Compute = new Compute(_backend);
        ulong stream = 0;
        foreach (ParameterSpec spec in WanTransformer.Specs(Config))
        {
            Tensor t = TensorScope.Detach(Tensor.Empty(spec.Shape));
            new CounterRandom(77, stream++).FillNormal(t.Span);
            float scale = spec.Shape.Rank > 1 ? 1f / MathF.Sqrt(spec.Shape.CountOf(1, spec.Shape.Rank)) : 0.2f;
            foreach (ref float v in t.Span)
            {
                v = (v * scale) + (spec.Init == ParameterInit.Ones ? 1 : 0);
            }
            _parameters.Add(spec.Name, t);
        }
        Transformer = new WanTransformer(Config, _parameters);
    }

    public static WanTransformerConfig Config { get; } = new()
    {
        Dim = 24,
        FfnDim = 32,
        HeadCount = 2,
        LayerCount = 2,
        FreqDim = 16,
        TextDim = 10,
        TextLength = 6,
        InChannels = 3,
        OutChannels = 3,
    };

    public static SamplerOptions TwoSteps { get; } = new() { StepList = [1000, 500] };

    public Compute Compute { get; }

    public WanTransformer Transformer { get; }

    public ParameterStore Parameters => _parameters;

    public static Tensor Prompt(int number, int batch = 1, int tokens = 4)
    {
        Tensor t = Tensor.Empty([batch, tokens, Config.TextDim]);
        new CounterRandom(5, (ulong)number).FillNormal(t.Span);
        return t;
    }

    public ChunkGenerator Generator(
        StreamingMethod method, SamplerOptions? sampler = null, ulong seed = 1, int? totalFrames = null, int batch = 1, DType cacheType = DType.F32) =>
        new(Compute, Transformer, method, sampler ?? TwoSteps, new RunInfo(seed, Chunk, totalFrames), batch, Side, Side, cacheType);

    /// <summary>Latents of so many chunks under one prompt.</summary>
    public float[][] Run(
        StreamingMethod method,
        int chunks,
        SamplerOptions? sampler = null,
        ulong seed = 1,
        Action<ChunkGenerator>? beforeChunk = null,
        DType cacheType = DType.F32)
    {
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = Generator(method, sampler, seed, chunks * Chunk, cacheType: cacheType);
        generator.SetPrompt(Prompt(0), sampler is { IsGuided: true } ? Prompt(99) : null);
        float[][] result = new float[chunks][];
        for (int i = 0; i < chunks; i++)
        {
            beforeChunk?.Invoke(generator);
            using Tensor latents = generator.Next();
            result[i] = latents.Span.ToArray();
        }
        return result;
    }

    public void Dispose()
    {
        Transformer.Dispose();
        _parameters.Dispose();
        _backend.Dispose();
    }
}

/// <summary>Tests that look at memory counters of the whole process run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
