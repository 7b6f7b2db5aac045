using LongTake.Tensors;

namespace LongTake.Models.Vision;

/// <summary>The family that a vision transformer comes from; it decides everything but the sizes.</summary>
public enum VisionFamily
{
    /// <summary>DINO: exact GELU, any image size, the class token after the last norm.</summary>
    Dino,

    /// <summary>DINOv2: as <see cref="Dino"/>, with a learned scale for what each block adds (LayerScale).</summary>
    DinoV2,

    /// <summary>The image tower of OpenAI's CLIP: a norm before the blocks, QuickGELU, one image size, the class token projected.</summary>
    Clip,

    /// <summary>The image tower of OpenCLIP: as <see cref="Clip"/>, with exact GELU.</summary>
    OpenClip,
}

/// <summary>Sizes of a vision transformer. Source: spec metric-models, sections 1, 2 and 8.</summary>
public sealed record VisionTransformerConfig
{
    private const int HeadWidth = 64;

    /// <summary>The family.</summary>
    public required VisionFamily Family { get; init; }

    /// <summary>What it is called, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Side of the square images of the training, in pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Side of a patch in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Width d of the tokens; a multiple of <see cref="HeadCount"/>.</summary>
    public required int Width { get; init; }

    /// <summary>Blocks.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Attention heads; in the published models, heads are 64 wide (80 in ViT-H/14).</summary>
    public required int HeadCount { get; init; }

    /// <summary>Width of the image embedding (CLIP only; the others give the class token, <see cref="Width"/> values).</summary>
    public int EmbeddingDim { get; init; }

    /// <summary>Width of the feed-forward.</summary>
    public int MlpWidth => 4 * Width;

    /// <summary>Patches along a side of the table of positions.</summary>
    public int GridSize => ImageSize / PatchSize;

    /// <summary>Whether the result is the class token as the last block leaves it, without the last norm (not in CLIP). Default: no.</summary>
    public bool SkipsLastNorm { get; init; }

    /// <summary>Whether it is the image tower of a CLIP, OpenAI's or another.</summary>
    public bool IsClip => Family is VisionFamily.Clip or VisionFamily.OpenClip;

    /// <summary>Between the two layers of a feed-forward: QuickGELU in OpenAI's CLIP, exact GELU in the others.</summary>
    public UnaryFunction Activation => Family == VisionFamily.Clip ? UnaryFunction.QuickGelu : UnaryFunction.GeluExact;

    /// <summary>Values of the result.</summary>
    public int OutputDim => IsClip ? EmbeddingDim : Width;

    /// <summary>Added to variances: 1e-5 in CLIP, 1e-6 in DINO (also where a transformers configuration says 1e-12).</summary>
    public float Eps => IsClip ? 1e-5f : 1e-6f;

    /// <summary>DINO ViT-B/16, of VBench's subject consistency.</summary>
    public static VisionTransformerConfig DinoBase16 { get; } = Base("DINO ViT-B/16", VisionFamily.Dino, 224, 16, 0);

    /// <summary>DINOv2 ViT-B/14, of the clip-to-clip term of VBench-Long's subject consistency.</summary>
    public static VisionTransformerConfig DinoV2Base14 { get; } = Base("DINOv2 ViT-B/14", VisionFamily.DinoV2, 518, 14, 0);

    /// <summary>Image tower of CLIP ViT-B/32, of VBench's background consistency.</summary>
    public static VisionTransformerConfig ClipBase32 { get; } = Base("CLIP ViT-B/32", VisionFamily.Clip, 224, 32, 512);

    /// <summary>Image tower of CLIP ViT-B/16.</summary>
    public static VisionTransformerConfig ClipBase16 { get; } = Base("CLIP ViT-B/16", VisionFamily.Clip, 224, 16, 512);

    /// <summary>Image tower of OpenCLIP ViT-B/16 (LAION-400M), of DreamSim.</summary>
    public static VisionTransformerConfig OpenClipBase16 { get; } = Base("OpenCLIP ViT-B/16", VisionFamily.OpenClip, 224, 16, 512);

    /// <summary>Image tower of OpenCLIP ViT-H/14, of HPSv2; its heads are 80 wide.</summary>
    public static VisionTransformerConfig OpenClipHuge14 { get; } =
        Base("OpenCLIP ViT-H/14", VisionFamily.OpenClip, 224, 14, 1024) with { Width = 1280, LayerCount = 32, HeadCount = 16 };

    /// <summary>Image tower of CLIP ViT-L/14, of VBench's aesthetic quality.</summary>
    public static VisionTransformerConfig ClipLarge14 { get; } =
        Base("CLIP ViT-L/14", VisionFamily.Clip, 224, 14, 768) with { Width = 1024, LayerCount = 24, HeadCount = 1024 / HeadWidth };

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public void Validate()
    {
        foreach ((int value, string name) in ((int, string)[])[
            (ImageSize, nameof(ImageSize)), (PatchSize, nameof(PatchSize)), (Width, nameof(Width)), (LayerCount, nameof(LayerCount)),
            (HeadCount, nameof(HeadCount)), (OutputDim, nameof(EmbeddingDim))])
        {
            if (value <= 0)
            {
                throw new ArgumentException($"{name} of {Name} is {value}; it must be positive.");
            }
        }
        if (Width % HeadCount != 0)
        {
            throw new ArgumentException($"{nameof(Width)} {Width} of {Name} does not divide among {HeadCount} heads.");
        }
        if (SkipsLastNorm && IsClip)
        {
            throw new ArgumentException($"{nameof(SkipsLastNorm)} of {Name}: the embedding of a CLIP is made from the normalised token; turn it off.");
        }
        if (ImageSize % PatchSize != 0)
        {
            throw new ArgumentException($"{nameof(ImageSize)} {ImageSize} of {Name} is no multiple of {nameof(PatchSize)} {PatchSize}.");
        }
    }

    private static VisionTransformerConfig Base(string name, VisionFamily family, int imageSize, int patchSize, int embeddingDim) => new()
    {
        Name = name,
        Family = family,
        ImageSize = imageSize,
        PatchSize = patchSize,
        Width = 768,
        LayerCount = 12,
        HeadCount = 768 / HeadWidth,
        EmbeddingDim = embeddingDim,
    };
}
