using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Quantization;

namespace LongTake.Models.Checkpoints.FourBit;

/// <summary>
/// The names by which bitsandbytes stores a 4-bit weight: under the weight's own name two codes a byte (the first in the upper half), and
/// beside it <c>.absmax</c> (a largest magnitude a block), <c>.quant_map</c> (what the 16 codes stand for) and
/// <c>.quant_state.bitsandbytes__nf4</c> or <c>__fp4</c> (a JSON text: shape, type, block size). Where the magnitudes are themselves stored in
/// 8 bits ("double quantisation"), <c>.nested_absmax</c> and <c>.nested_quant_map</c> say how. Written by the diffusers and transformers
/// libraries. Source: bitsandbytes pull request 753.
/// </summary>
internal static class FourBitLayout
{
    public const string Magnitudes = ".absmax";
    public const string Codes = ".quant_map";
    public const string NestedMagnitudes = ".nested_absmax";
    public const string NestedCodes = ".nested_quant_map";
    public const string State = ".quant_state.bitsandbytes__nf4";

    /// <summary>Block magnitudes that share a scale, where we write.</summary>
    public const int NestedBlockSize = 256;

    /// <summary>Bytes of the JSON text as we write it, filled up with blanks: the file's header must say its size before the weights are read.</summary>
    public const int StateBytes = 256;

    private const string StatePrefix = ".quant_state.bitsandbytes__";

    /// <summary>The weight that a tensor of that name describes the storage of; null if it is none.</summary>
    public static string? WeightOfState(string name) =>
        name.LastIndexOf(StatePrefix, StringComparison.Ordinal) is int at and > 0 && name[(at + StatePrefix.Length)..] is "nf4" or "fp4"
            ? name[..name.LastIndexOf(StatePrefix, StringComparison.Ordinal)] : null;

    /// <summary>What the names of the other tensors beside a weight have after the weight's.</summary>
    public static IReadOnlyList<string> Beside { get; } = [Magnitudes, Codes, NestedMagnitudes, NestedCodes];

    /// <summary>Blocks of a weight.</summary>
    public static long Blocks(long count, int blockSize) => (count + blockSize - 1) / blockSize;

    /// <summary>What is written for a weight, in the order of the file.</summary>
    public static IReadOnlyList<TensorInfo> Entries(string weight, Shape shape)
    {
        long blocks = Blocks(shape.Count, NormalFloat4.BlockSize);
        return
        [
            new(weight, DType.U8, [(int)((shape.Count + 1) / 2), 1]),
            new(weight + Magnitudes, DType.U8, [(int)blocks]),
            new(weight + NestedMagnitudes, DType.F32, [(int)Blocks(blocks, NestedBlockSize)]),
            new(weight + NestedCodes, DType.F32, [256]),
            new(weight + Codes, DType.F32, [16]),
            new(weight + State, DType.U8, [StateBytes]),
        ];
    }
}
