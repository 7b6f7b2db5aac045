namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>What became of one part.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Converted">Tensors that got another type.</param>
/// <param name="Tensors">All its tensors.</param>
/// <param name="BytesBefore">Bytes of its tensors as they were stored.</param>
/// <param name="BytesAfter">Bytes of its tensors now, scales included.</param>
/// <param name="SignalToNoise">
/// Of the converted tensors together, in decibel: 10 log10(sum w² / sum (w - stored w)²); infinite if nothing was lost.
/// </param>
public sealed record ConvertedPart(string Name, int Converted, int Tensors, long BytesBefore, long BytesAfter, double SignalToNoise);

/// <summary>What a conversion did.</summary>
/// <param name="Parts">The parts that were converted.</param>
/// <param name="BytesBefore">Bytes of all files of the source (of a single network's tensors, where the source is a file).</param>
/// <param name="BytesAfter">Bytes of all files of the target.</param>
public sealed record ConversionReport(IReadOnlyList<ConvertedPart> Parts, long BytesBefore, long BytesAfter);
