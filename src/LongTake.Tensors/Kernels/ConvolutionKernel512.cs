namespace LongTake.Tensors.Kernels;

/// <summary>
/// The inner loops of convolution on 512-bit vectors: M destination channels by N vectors of flat positions, summed in
/// M * N registers over all (channel, tap) pairs. Every result is one chain of fused multiply-adds in the order of the weights,
/// so it does not depend on the kernel's shape or the vector width.
/// </summary>
internal static unsafe partial class ConvolutionKernel512
{
    /// <summary>
    /// Sums for <paramref name="rows"/> (8 or 4) destination channels over <paramref name="vectors"/> vectors of 16 positions.
    /// </summary>
    /// <param name="w">Weights [depth][rows].</param>
    /// <param name="offsets">Offset of each (channel, tap) from the position.</param>
    /// <param name="depth">Number of offsets.</param>
    /// <param name="x">Slab at the first position.</param>
    /// <param name="y">Results at the first position.</param>
    /// <param name="yStride">From one destination channel to the next.</param>
    /// <param name="start">What the sums start with, one value a channel; null to continue those in <paramref name="y"/>.</param>
    /// <param name="rows">8 or 4.</param>
    /// <param name="vectors">Number of vectors.</param>
    public static void Run(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start, int rows, int vectors)
    {
        if (rows == 8)
        {
            for (; vectors >= 3; vectors -= 3, x += 48, y += 48)
            {
                Run8x3(w, offsets, depth, x, y, yStride, start);
            }
            if (vectors == 2)
            {
                Run8x2(w, offsets, depth, x, y, yStride, start);
            }
            else if (vectors == 1)
            {
                Run8x1(w, offsets, depth, x, y, yStride, start);
            }
            return;
        }
        for (; vectors >= 6; vectors -= 6, x += 96, y += 96)
        {
            Run4x6(w, offsets, depth, x, y, yStride, start);
        }
        for (; vectors >= 2; vectors -= 2, x += 32, y += 32)
        {
            Run4x2(w, offsets, depth, x, y, yStride, start);
        }
        if (vectors == 1)
        {
            Run4x1(w, offsets, depth, x, y, yStride, start);
        }
    }
}
