using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Quantization;

namespace LongTake.Models.Checkpoints.FourBit;

/// <summary>What a file says of one 4-bit weight (<see cref="FourBitLayout"/>).</summary>
internal sealed record FourBitState
{
    /// <summary>The code: nf4 or fp4.</summary>
    [JsonPropertyName("quant_type")]
    public string Type { get; init; } = "nf4";

    /// <summary>Weights a block.</summary>
    [JsonPropertyName("blocksize")]
    public int BlockSize { get; init; } = NormalFloat4.BlockSize;

    /// <summary>Element type of the weight before.</summary>
    [JsonPropertyName("dtype")]
    public string ElementType { get; init; } = "bfloat16";

    /// <summary>Sizes of the weight.</summary>
    [JsonPropertyName("shape")]
    public int[] Shape { get; init; } = [];

    /// <summary>Block magnitudes that share a scale; null where magnitudes are single-precision numbers.</summary>
    [JsonPropertyName("nested_blocksize")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NestedBlockSize { get; init; }

    /// <summary>Type in which nested magnitudes are computed.</summary>
    [JsonPropertyName("nested_dtype")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? NestedType { get; init; }

    /// <summary>Added to nested magnitudes.</summary>
    [JsonPropertyName("nested_offset")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? NestedOffset { get; init; }

    /// <summary>Reads and checks the text beside a weight.</summary>
    /// <param name="json">The text.</param>
    /// <param name="weight">Name of the weight, for messages.</param>
    /// <param name="path">Where the file lies, for messages.</param>
    /// <exception cref="CheckpointException">It is not what it should be.</exception>
    public static FourBitState Parse(ReadOnlySpan<byte> json, string weight, string path)
    {
        FourBitState? state;
        try
        {
            state = JsonSerializer.Deserialize<FourBitState>(json);
        }
        catch (JsonException e)
        {
            throw Bad(weight, path, "its description is no JSON text", e);
        }
        return state is not { Shape.Length: > 0 } || state.Shape.Any(s => s < 0) || state.Shape.Aggregate(1.0, (p, s) => p * s) > int.MaxValue ? throw Bad(weight, path, "its description names no shape")
            : state.BlockSize < 1 || state.NestedBlockSize < 1 ? throw Bad(weight, path, "its description names no block size")
            : state.NestedOffset is double offset && !double.IsFinite(offset) ? throw Bad(weight, path, "its offset is no number")
            : state;
    }

    /// <summary>The refusal of a file whose weight cannot be read.</summary>
    public static CheckpointException Bad(string weight, string path, string why, Exception? cause = null) =>
        new($"'{path}': the 4-bit weight '{weight}' cannot be read: {why}. Fetch or convert the file again.", cause);

    /// <summary>Element type that the weight is given back in.</summary>
    public DType Target => ElementType switch
    {
        "float16" => DType.F16,
        "float32" => DType.F32,
        _ => DType.BF16,
    };

    /// <summary>The text as it is written: filled up with blanks.</summary>
    public byte[] ToBytes() => Encoding.ASCII.GetBytes(JsonSerializer.Serialize(this).PadRight(FourBitLayout.StateBytes));
}
