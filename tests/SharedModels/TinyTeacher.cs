using LongTake.Alignment.Data;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Testing;

/// <summary>A model of random weights with everything that distillation starts from; latent frames are 4 x 8 x 8.</summary>
internal static class TinyTeacher
{
    public const int Side = 8;

    public static WanTransformerConfig Config { get; } = new()
    {
        Dim = 24,
        FfnDim = 32,
        HeadCount = 2,
        LayerCount = 2,
        FreqDim = 16,
        TextDim = 16,
        TextLength = 48,
        InChannels = 4,
        OutChannels = 4,
    };

    public static TransformerSettings Settings { get; } = TransformerSettings.DefaultsFor(TransformerKind.Causal) with
    {
        Sampler = "euler",
        Steps = 4,
        Shift = 3,
        Guidance = 3,
        SinkFrames = 3,
        WindowFrames = 12,
    };

    /// <summary>Random weights of the transformer that say something: none of them is zero.</summary>
    public static ParameterStore Weights(ulong seed)
    {
        ParameterStore store = ParameterStore.CreateRandom(WanTransformer.Specs(Config), seed);
        ulong stream = 0;
        foreach (string name in store.Names)
        {
            Tensor t = store[name];
            if (name.Contains("norm", StringComparison.Ordinal))
            {
                continue;
            }
            new CounterRandom(seed, stream++).FillNormal(t.Span);
            float scale = t.Rank > 1 ? 0.7f / MathF.Sqrt(t.Shape.CountOf(1, t.Rank)) : 0.1f;
            foreach (ref float v in t.Span)
            {
                v *= scale;
            }
        }
        return store;
    }

    /// <summary>Writes the model.</summary>
    public static void Write(string folder, ulong seed = 1, string? world = null)
    {
        WanVaeConfig vae = new() { Dim = 4, ZDim = 4, ResBlockCount = 1 };
        Umt5Config text = new()
        {
            VocabularySize = ShapesTokenizer.Create(48).Tokenizer.Vocabulary.Count,
            Dim = 16,
            AttentionDim = 16,
            FfnDim = 32,
            HeadCount = 2,
            LayerCount = 1,
            BucketCount = 8,
        };
        using ParameterStore bidirectional = Weights(seed + 100), causal = Weights(seed);
        using ParameterStore vaeWeights = ParameterStore.CreateRandom(WanVae.Specs(vae), seed);
        using ParameterStore textWeights = ParameterStore.CreateRandom(Umt5Encoder.Specs(text), seed);
        TransformerSettings plain = TransformerSettings.DefaultsFor(TransformerKind.Bidirectional);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Bidirectional, Config, plain, bidirectional);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, Config, Settings with { World = world }, causal);
        ModelFolderWriter.WriteVae(folder, vae, vaeWeights);
        ModelFolderWriter.WriteTextEncoder(folder, text, textWeights);
        ModelFolderWriter.WriteTokenizer(folder, ShapesTokenizer.ModelBytes());
    }
}
