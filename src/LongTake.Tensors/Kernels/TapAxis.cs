using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// One axis of a sum over kernel taps, in the one form that a convolution and its input gradient share: destination
/// position u (of <see cref="Count"/>) lies at <see cref="DestStart"/> + u * <see cref="DestStep"/>, and its tap j reads
/// source position <see cref="SourceStart"/> + u * <see cref="SourceStride"/> + j with the weight at
/// <see cref="KernelStart"/> + j * <see cref="KernelStep"/>. Positions outside the source count as zero.
/// </summary>
internal readonly record struct TapAxis(
    int Source, int Dest, int DestStart, int DestStep, int Count, int SourceStart, int SourceStride, int Taps, int KernelStart, int KernelStep)
{
    /// <summary>
    /// Source positions are stored in this many interleaved lanes (positions of equal remainder by the stride together),
    /// so that the same tap of neighbouring destinations lies at neighbouring addresses.
    /// </summary>
    public int Lanes => Math.Min(SourceStride, Taps);

    /// <summary>Positions that a lane holds for a tile of <paramref name="tile"/> destinations.</summary>
    public int LaneLength(int tile) => tile + ((Taps - 1) / SourceStride);

    /// <summary>The convolution itself: the source is its input, the destination its output.</summary>
    public static TapAxis Forward(ConvolutionAxis a) => new(a.Input, a.Output, 0, 1, a.Output, -a.Before, a.Stride, a.Kernel, 0, 1);

    /// <summary>
    /// The input gradient at input positions i with (i + padding) % stride = <paramref name="phase"/>: the source is the
    /// output gradient, and only every stride-th tap, in reverse order, reaches such a position. No taps or no positions: skip.
    /// </summary>
    public static TapAxis Backward(ConvolutionAxis a, int phase)
    {
        int taps = phase < a.Kernel ? (a.Kernel - phase + a.Stride - 1) / a.Stride : 0;
        int first = a.Before > phase ? (a.Before - phase + a.Stride - 1) / a.Stride : 0;
        int start = (first * a.Stride) + phase - a.Before;
        int count = start < a.Input ? ((a.Input - 1 - start) / a.Stride) + 1 : 0;
        return new(a.Output, a.Input, start, a.Stride, count, first - taps + 1, 1, taps, phase + (a.Stride * (taps - 1)), -a.Stride);
    }
}
