using System.Text.RegularExpressions;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Text.Umt5;

/// <summary>Sizes of a UMT5 text encoder. Source: spec wan-model, section 4.1.</summary>
public sealed partial record Umt5Config
{
    /// <summary>Rows of the token embedding; at least the size of the tokenizer's vocabulary (<c>vocab_size</c>).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Model width (<c>dim</c>).</summary>
    public required int Dim { get; init; }

    /// <summary>Width of all attention heads together (<c>dim_attn</c>); need not be <see cref="Dim"/>.</summary>
    public required int AttentionDim { get; init; }

    /// <summary>Width of the gated feed-forward layer (<c>dim_ffn</c>).</summary>
    public required int FfnDim { get; init; }

    /// <summary>Attention heads (<c>num_heads</c>).</summary>
    public required int HeadCount { get; init; }

    /// <summary>Layers (<c>encoder_layers</c>).</summary>
    public required int LayerCount { get; init; }

    /// <summary>Relative position buckets, half of them for each direction; a multiple of 4 (<c>num_buckets</c>). Default 32.</summary>
    public int BucketCount { get; init; } = 32;

    /// <summary>Distance from which on all positions share a bucket. Default 128.</summary>
    public int MaxDistance { get; init; } = 128;

    /// <summary>Added to mean squares in all norms. Default 1e-6.</summary>
    public float Eps { get; init; } = 1e-6f;

    /// <summary>Width of one head.</summary>
    public int HeadDim => AttentionDim / HeadCount;

    /// <summary>UMT5-XXL, the encoder of Wan 2.1: 5.7 billion parameters.</summary>
    public static Umt5Config Xxl { get; } = new()
    {
        VocabularySize = 256384,
        Dim = 4096,
        AttentionDim = 4096,
        FfnDim = 10240,
        HeadCount = 64,
        LayerCount = 24,
    };

    /// <summary>
    /// Reads the sizes off a checkpoint in the original layout, which brings no configuration file:
    /// <c>models_t5_umt5-xxl-enc-bf16.pth</c>. Distance and epsilon are the published ones.
    /// </summary>
    /// <param name="tensors">What the checkpoint holds.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="CheckpointException">It is no UMT5 encoder.</exception>
    public static Umt5Config FromTensors(IEnumerable<TensorInfo> tensors, string source = "the checkpoint")
    {
        Dictionary<string, Shape> shapes = [];
        int layers = 0;
        foreach (TensorInfo tensor in tensors)
        {
            shapes[tensor.Name] = tensor.Shape;
            Match block = BlockName().Match(tensor.Name);
            layers = block.Success && int.TryParse(block.Groups[1].Value, out int layer) ? Math.Max(layers, layer + 1) : layers;
        }
        Shape embedding = Matrix("token_embedding.weight");
        Shape positions = Matrix("blocks.0.pos_embedding.embedding.weight");
        Umt5Config config = new()
        {
            VocabularySize = embedding[0],
            Dim = embedding[1],
            AttentionDim = Matrix("blocks.0.attn.q.weight")[0],
            FfnDim = Matrix("blocks.0.ffn.gate.0.weight")[0],
            HeadCount = positions[1],
            LayerCount = layers,
            BucketCount = positions[0],
        };
        try
        {
            config.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{source}: {e.Message}", e);
        }
        return config;

        Shape Matrix(string name) => shapes.TryGetValue(name, out Shape shape) && shape.Rank == 2
            ? shape
            : throw new CheckpointException(
                $"{source} is no UMT5 text encoder in the original layout: it has no matrix '{name}'. Expected is a file like models_t5_umt5-xxl-enc-bf16.pth.");
    }

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public void Validate()
    {
        RequirePositive(VocabularySize, "vocab_size");
        RequirePositive(Dim, "dim");
        RequirePositive(AttentionDim, "dim_attn");
        RequirePositive(FfnDim, "dim_ffn");
        RequirePositive(HeadCount, "num_heads");
        RequirePositive(LayerCount, "num_layers");
        RequirePositive(BucketCount, "num_buckets");
        if (AttentionDim % HeadCount != 0)
        {
            throw new ArgumentException($"dim_attn {AttentionDim} does not divide among num_heads {HeadCount}.");
        }
        if (BucketCount % 4 != 0 || MaxDistance <= BucketCount / 4)
        {
            throw new ArgumentException(
                $"num_buckets {BucketCount} must be a multiple of 4 and max_distance {MaxDistance} larger than a quarter of it.");
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

    [GeneratedRegex(@"^blocks\.([0-9]{1,4})\.")]
    private static partial Regex BlockName();
}
