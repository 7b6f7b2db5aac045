using LongTake.Tensors;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>How a network's matrices lie in a file.</summary>
public enum WeightFormat
{
    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>bfloat16.</summary>
    BFloat16,

    /// <summary>8-bit floats (e4m3) with a scale a matrix, as in "fp8_scaled" files.</summary>
    Float8,

    /// <summary>The matrices of the blocks in 4 bits as bitsandbytes stores them (NF4, blocks of 64, double quantisation), the others in float8.</summary>
    NormalFloat4,
}

/// <summary>Facts about a <see cref="WeightFormat"/>.</summary>
public static class WeightFormats
{
    /// <summary>The names on the command line.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<WeightFormat>().Reverse().Select(f => f.Name())];

    /// <summary>Name on the command line and in messages.</summary>
    public static string Name(this WeightFormat format) => format == WeightFormat.NormalFloat4 ? "nf4" : format.ToString().ToLowerInvariant();

    /// <summary>The format of a name; null if there is none.</summary>
    public static WeightFormat? Of(string name) =>
        Enum.GetValues<WeightFormat>().Cast<WeightFormat?>().FirstOrDefault(f => f!.Value.Name() == name);

    /// <summary>Whether matrices are stored beside numbers that they are multiplied by.</summary>
    public static bool HasScales(this WeightFormat format) => format is WeightFormat.Float8 or WeightFormat.NormalFloat4;

    /// <summary>Element type of the matrices that are not packed in 4 bits.</summary>
    internal static DType ElementType(this WeightFormat format) => format switch
    {
        WeightFormat.Float32 => DType.F32,
        WeightFormat.BFloat16 => DType.BF16,
        _ => DType.F8E4M3,
    };
}
