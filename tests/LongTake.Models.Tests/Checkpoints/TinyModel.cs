using LongTake.Models.Checkpoints;
using LongTake.Models.Text.SentencePiece;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

/// <summary>A complete model of a few thousand parameters, for tests of folders.</summary>
internal sealed class TinyModel : IDisposable
{
    public WanTransformerConfig Transformer { get; } = new()
    {
        Dim = 16,
        FfnDim = 32,
        HeadCount = 2,
        LayerCount = 2,
        FreqDim = 16,
        TextDim = 8,
        TextLength = 12,
        InChannels = 4,
        OutChannels = 4,
    };

    public WanVaeConfig Vae { get; } = new()
    {
        Dim = 4,
        ZDim = 4,
        DimMult = [1, 1],
        ResBlockCount = 1,
        TemporalDownsample = [true],
        LatentsMean = [0, 0.5f, 1, -1],
        LatentsStd = [1, 2, 3, 0.1f],
    };

    public Umt5Config TextEncoder { get; } = new() { VocabularySize = 300, Dim = 8, AttentionDim = 8, FfnDim = 16, HeadCount = 2, LayerCount = 1, BucketCount = 8 };

    public TransformerSettings CausalSettings { get; } = TransformerSettings.DefaultsFor(TransformerKind.Causal) with
    {
        Shift = 3,
        FramesPerBlock = 2,
        StepList = [1000, 500],
        WindowFrames = 6,
        SinkFrames = 1,
        TrainedFrames = 8,
        Height = 64,
        Width = 48,
        FramesPerSecond = 8,
    };

    public ParameterStore TransformerWeights { get; }

    public ParameterStore CausalWeights { get; }

    public ParameterStore VaeWeights { get; }

    public ParameterStore TextWeights { get; }

    public byte[] Tokenizer { get; } = SentencePieceModelWriter.ToBytes(SentencePieceModelWriter.ClosedVocabulary(["red", "circle"], ["."]));

    public TinyModel()
    {
        TransformerWeights = ParameterStore.CreateRandom(WanTransformer.Specs(Transformer), 1);
        CausalWeights = ParameterStore.CreateRandom(WanTransformer.Specs(Transformer), 2);
        VaeWeights = ParameterStore.CreateRandom(WanVae.Specs(Vae), 3);
        TextWeights = ParameterStore.CreateRandom(Umt5Encoder.Specs(TextEncoder), 4);
    }

    /// <summary>Writes all parts.</summary>
    public void Write(string folder)
    {
        ModelFolderWriter.WriteTransformer(
            folder, TransformerKind.Bidirectional, Transformer, TransformerSettings.DefaultsFor(TransformerKind.Bidirectional), TransformerWeights);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, Transformer, CausalSettings, CausalWeights);
        ModelFolderWriter.WriteVae(folder, Vae, VaeWeights);
        ModelFolderWriter.WriteTextEncoder(folder, TextEncoder, TextWeights);
        ModelFolderWriter.WriteTokenizer(folder, Tokenizer);
    }

    public void Dispose()
    {
        TransformerWeights.Dispose();
        CausalWeights.Dispose();
        VaeWeights.Dispose();
        TextWeights.Dispose();
    }
}
