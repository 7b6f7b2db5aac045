namespace LongTake.Models.Vision.Faces;

/// <summary>Sizes of an IResNet, the network behind ArcFace. Source: spec metric-models, section 9; rewards-and-grpo, A5.</summary>
public sealed record FaceNetworkConfig
{
    /// <summary>Stages; each halves the sides and, but for the first, doubles the width.</summary>
    public const int StageCount = 4;

    /// <summary>What it is called, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Blocks of each stage.</summary>
    public required IReadOnlyList<int> Blocks { get; init; }

    /// <summary>Channels of the first stage. Default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Side of a face in pixels, a multiple of 16. Default 112.</summary>
    public int ImageSize { get; init; } = 112;

    /// <summary>Values of the embedding. Default 512.</summary>
    public int EmbeddingDim { get; init; } = 512;

    /// <summary>Added to variances.</summary>
    public double Eps { get; init; } = 1e-5;

    /// <summary>Side of the last stage's maps.</summary>
    public int LastSize => ImageSize >> StageCount;

    /// <summary>18 layers.</summary>
    public static FaceNetworkConfig R18 { get; } = new() { Name = "IResNet-18", Blocks = [2, 2, 2, 2] };

    /// <summary>34 layers.</summary>
    public static FaceNetworkConfig R34 { get; } = new() { Name = "IResNet-34", Blocks = [3, 4, 6, 3] };

    /// <summary>50 layers, of KVPO's reward.</summary>
    public static FaceNetworkConfig R50 { get; } = new() { Name = "IResNet-50", Blocks = [3, 4, 14, 3] };

    /// <summary>100 layers, of InfLVG's reward.</summary>
    public static FaceNetworkConfig R100 { get; } = new() { Name = "IResNet-100", Blocks = [3, 13, 30, 3] };

    /// <summary>The published ones.</summary>
    public static IReadOnlyList<FaceNetworkConfig> Published { get; } = [R18, R34, R50, R100];

    /// <summary>Channels of a stage.</summary>
    /// <param name="stage">From 0.</param>
    public int WidthOf(int stage) => Width << stage;

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public void Validate()
    {
        if (Blocks.Count != StageCount || Blocks.Any(b => b < 1))
        {
            throw new ArgumentException($"{nameof(Blocks)} of {Name} are {string.Join(", ", Blocks)}; there are {StageCount} stages of at least one block.");
        }
        if (Width < 1 || EmbeddingDim < 1)
        {
            throw new ArgumentException($"{nameof(Width)} {Width} and {nameof(EmbeddingDim)} {EmbeddingDim} of {Name} must be positive.");
        }
        if (ImageSize < 1 << StageCount || ImageSize % (1 << StageCount) != 0)
        {
            throw new ArgumentException($"{nameof(ImageSize)} {ImageSize} of {Name} is no multiple of {1 << StageCount}, by which its stages divide it.");
        }
    }
}
