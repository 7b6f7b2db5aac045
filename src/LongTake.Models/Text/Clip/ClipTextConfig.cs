using LongTake.Tensors;

namespace LongTake.Models.Text.Clip;

/// <summary>Sizes of the text tower of CLIP. Source: spec metric-models, section 2.1; ViT-H/14: rewards-and-grpo, A1.</summary>
public sealed record ClipTextConfig
{
    /// <summary>What it is called, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Tokens that it knows.</summary>
    public int VocabularySize { get; init; } = 49408;

    /// <summary>Tokens of a text, start and end included, at most.</summary>
    public int ContextLength { get; init; } = 77;

    /// <summary>Width d of the tokens.</summary>
    public required int Width { get; init; }

    /// <summary>Blocks.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Attention heads; in the published models, heads are 64 wide.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Values of the text embedding.</summary>
    public required int EmbeddingDim { get; init; }

    /// <summary>Width of the feed-forward.</summary>
    public int MlpWidth => 4 * Width;

    /// <summary>Between the two layers of a feed-forward: QuickGELU in OpenAI's CLIP (default), exact GELU in OpenCLIP.</summary>
    public UnaryFunction Activation { get; init; } = UnaryFunction.QuickGelu;

    /// <summary>Added to variances.</summary>
    public float Eps { get; init; } = 1e-5f;

    /// <summary>Text tower of CLIP ViT-B/32.</summary>
    public static ClipTextConfig Base32 { get; } = new() { Name = "CLIP ViT-B/32", Width = 512, LayerCount = 12, HeadCount = 8, EmbeddingDim = 512 };

    /// <summary>Text tower of CLIP ViT-L/14.</summary>
    public static ClipTextConfig Large14 { get; } = new() { Name = "CLIP ViT-L/14", Width = 768, LayerCount = 12, HeadCount = 12, EmbeddingDim = 768 };

    /// <summary>Text tower of OpenCLIP ViT-H/14, of HPSv2.</summary>
    public static ClipTextConfig OpenClipHuge14 { get; } = new()
    {
        Name = "OpenCLIP ViT-H/14",
        Width = 1024,
        LayerCount = 24,
        HeadCount = 16,
        EmbeddingDim = 1024,
        Activation = UnaryFunction.GeluExact,
    };

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public void Validate()
    {
        foreach ((int value, string name) in ((int, string)[])[
            (VocabularySize, nameof(VocabularySize)), (ContextLength, nameof(ContextLength)), (Width, nameof(Width)),
            (LayerCount, nameof(LayerCount)), (HeadCount, nameof(HeadCount)), (EmbeddingDim, nameof(EmbeddingDim))])
        {
            if (value <= 0)
            {
                throw new ArgumentException($"{name} of {Name} is {value}; it must be positive.");
            }
        }
        if (Activation is not (UnaryFunction.QuickGelu or UnaryFunction.GeluExact))
        {
            throw new ArgumentException($"{nameof(Activation)} of {Name} is {Activation}; it is {UnaryFunction.QuickGelu} or {UnaryFunction.GeluExact}.");
        }
        if (Width % HeadCount != 0)
        {
            throw new ArgumentException($"{nameof(Width)} {Width} of {Name} does not divide among {HeadCount} heads.");
        }
    }
}
