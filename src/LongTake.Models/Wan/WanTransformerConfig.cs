namespace LongTake.Models.Wan;

/// <summary>
/// Sizes of a Wan 2.1 transformer. Defaults are the values that the published <c>config.json</c> files leave out.
/// Source: spec wan-model, sections 1 and 3.9.
/// </summary>
public sealed partial record WanTransformerConfig
{
    /// <summary>Model width d (<c>dim</c>).</summary>
    public required int Dim { get; init; }

    /// <summary>Width of the feed-forward layers (<c>ffn_dim</c>).</summary>
    public required int FfnDim { get; init; }

    /// <summary>Attention heads; d / heads is the head dimension, which must be even (<c>num_heads</c>).</summary>
    public required int HeadCount { get; init; }

    /// <summary>Transformer blocks (<c>num_layers</c>).</summary>
    public required int LayerCount { get; init; }

    /// <summary>Width of the sinusoidal timestep embedding, even (<c>freq_dim</c>). Default 256.</summary>
    public int FreqDim { get; init; } = 256;

    /// <summary>Width of the text encoder's features (<c>text_dim</c>). Default 4096.</summary>
    public int TextDim { get; init; } = 4096;

    /// <summary>Text positions; shorter prompts are padded with zeros, which are attended to (<c>text_len</c>). Default 512.</summary>
    public int TextLength { get; init; } = 512;

    /// <summary>Latent channels in (<c>in_dim</c>). Default 16.</summary>
    public int InChannels { get; init; } = 16;

    /// <summary>Latent channels out (<c>out_dim</c>). Default 16.</summary>
    public int OutChannels { get; init; } = 16;

    /// <summary>Rows of latent pixels in a patch (<c>patch_size[1]</c>). Default 2. Patches span one frame.</summary>
    public int PatchHeight { get; init; } = 2;

    /// <summary>Columns of latent pixels in a patch (<c>patch_size[2]</c>). Default 2.</summary>
    public int PatchWidth { get; init; } = 2;

    /// <summary>Added to variances and mean squares in all norms (<c>eps</c>). Default 1e-6.</summary>
    public float Eps { get; init; } = 1e-6f;

    /// <summary>Base of the rotary frequencies. Default 10000.</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>Width of one head.</summary>
    public int HeadDim => Dim / HeadCount;

    /// <summary>Latent values that one input patch holds.</summary>
    public int PatchInputSize => InChannels * PatchHeight * PatchWidth;

    /// <summary>Latent values that one output patch holds.</summary>
    public int PatchOutputSize => OutChannels * PatchHeight * PatchWidth;

    /// <summary>Wan 2.1 text-to-video, 1.3 billion parameters.</summary>
    public static WanTransformerConfig Wan21Small { get; } = new() { Dim = 1536, FfnDim = 8960, HeadCount = 12, LayerCount = 30 };

    /// <summary>Wan 2.1 text-to-video, 14 billion parameters.</summary>
    public static WanTransformerConfig Wan21Large { get; } = new() { Dim = 5120, FfnDim = 13824, HeadCount = 40, LayerCount = 40 };

    /// <summary>The token grid of a latent video of the given size.</summary>
    /// <param name="frames">Latent frames.</param>
    /// <param name="height">Latent rows.</param>
    /// <param name="width">Latent columns.</param>
    /// <exception cref="ArgumentException">A size is not a multiple of the patch size.</exception>
    public TokenGrid GridOf(int frames, int height, int width)
    {
        if (height % PatchHeight != 0 || width % PatchWidth != 0)
        {
            throw new ArgumentException(
                $"A latent frame of {height} x {width} does not divide into patches of {PatchHeight} x {PatchWidth}; " +
                $"use a height that is a multiple of {PatchHeight} and a width that is a multiple of {PatchWidth}.");
        }
        return new TokenGrid(frames, height / PatchHeight, width / PatchWidth);
    }

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public void Validate()
    {
        RequirePositive(Dim, "dim");
        RequirePositive(FfnDim, "ffn_dim");
        RequirePositive(HeadCount, "num_heads");
        RequirePositive(LayerCount, "num_layers");
        RequirePositive(FreqDim, "freq_dim");
        RequirePositive(TextDim, "text_dim");
        RequirePositive(TextLength, "text_len");
        RequirePositive(InChannels, "in_dim");
        RequirePositive(OutChannels, "out_dim");
        RequirePositive(PatchHeight, "patch_size[1]");
        RequirePositive(PatchWidth, "patch_size[2]");
        if (Dim % HeadCount != 0 || HeadDim % 2 != 0)
        {
            throw new ArgumentException($"dim {Dim} over num_heads {HeadCount} must give an even head dimension (rotary embedding works on pairs).");
        }
        if (FreqDim % 2 != 0)
        {
            throw new ArgumentException($"freq_dim is {FreqDim}; it must be even (half cosines, half sines).");
        }
        if (!(Eps > 0))
        {
            throw new ArgumentException($"eps is {Eps}; it must be positive.");
        }
    }

    private static void RequirePositive(int value, string name)
    {
        if (value <= 0)
        {
            throw new ArgumentException($"{name} is {value}; it must be positive.");
        }
    }
}
