using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text.SentencePiece;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Parameters;

namespace LongTake.Cli.Tests;

/// <summary>Writes a complete model of a few thousand random weights: 32x32 pixels, 8 frames per second, two steps.</summary>
internal static class TinyModel
{
    public static WanTransformerConfig Transformer => TinyTeacher.Config;

    private static readonly WanVaeConfig s_vae = new()
    {
        Dim = 4,
        ZDim = 4,
        DimMult = [1, 1, 1, 1],
        ResBlockCount = 1,
        TemporalDownsample = [false, true, true],
    };

    private static readonly TransformerSettings s_settings = TransformerSettings.DefaultsFor(TransformerKind.Causal) with
    {
        StepList = [1000, 500],
        Height = 32,
        Width = 32,
        FramesPerSecond = 8,
    };

    public static string Write(string folder, ulong seed = 1)
    {
        byte[] tokenizer = SentencePieceModelWriter.ToBytes(
            SentencePieceModelWriter.ClosedVocabulary(Captions.Vocabulary, [".", ",", "-"]));
        Umt5Config text = new()
        {
            VocabularySize = SentencePieceTokenizer.Read(tokenizer, "the test's vocabulary").Vocabulary.Count,
            Dim = 16,
            AttentionDim = 16,
            FfnDim = 32,
            HeadCount = 2,
            LayerCount = 1,
            BucketCount = 8,
        };
        using ParameterStore transformer = ParameterStore.CreateRandom(WanTransformer.Specs(Transformer), seed);
        using ParameterStore vae = ParameterStore.CreateRandom(WanVae.Specs(s_vae), 3);
        using ParameterStore encoder = ParameterStore.CreateRandom(Umt5Encoder.Specs(text), 4);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, Transformer, s_settings, transformer);
        ModelFolderWriter.WriteVae(folder, s_vae, vae);
        ModelFolderWriter.WriteTextEncoder(folder, text, encoder);
        ModelFolderWriter.WriteTokenizer(folder, tokenizer);
        return folder;
    }

    /// <summary>A bidirectional transformer of clips of six latents beside the causal one.</summary>
    public static string WriteBidirectional(string folder)
    {
        Write(folder);
        using ParameterStore transformer = ParameterStore.CreateRandom(WanTransformer.Specs(Transformer), 7);
        TransformerSettings settings = TransformerSettings.DefaultsFor(TransformerKind.Bidirectional) with
        {
            Steps = 3,
            Guidance = 2,
            TrainedFrames = 6,
            Height = 32,
            Width = 32,
            FramesPerSecond = 8,
        };
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Bidirectional, Transformer, settings, transformer);
        return folder;
    }

    /// <summary>The same model, said to make pictures of the Shapes world's size.</summary>
    public static string WriteShapes(string folder, bool bidirectional = false)
    {
        if (bidirectional)
        {
            WriteBidirectional(folder);
        }
        else
        {
            Write(folder);
        }
        string[] configs = Directory.GetFiles(folder, "config.json", SearchOption.AllDirectories);
        foreach (string config in configs.Where(f => f.Contains("transformer", StringComparison.Ordinal)))
        {
            File.WriteAllText(config, File.ReadAllText(config)
                .Replace("\"height\": 32", "\"height\": 64", StringComparison.Ordinal)
                .Replace("\"width\": 32", "\"width\": 64", StringComparison.Ordinal));
        }
        return folder;
    }

    /// <summary>Path of the transformer's weights in a folder written here.</summary>
    public static string Weights(string folder) => Path.Combine(folder, "causal_transformer", "diffusion_pytorch_model.safetensors");
}
