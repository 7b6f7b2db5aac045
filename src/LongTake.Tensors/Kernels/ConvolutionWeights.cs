using System.Numerics.Tensors;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Rearranges weights for the kernels: blocks of eight destination channels (a last block of four if no more are left),
/// each [source channel][tap][channel of the block], missing channels zero.
/// </summary>
internal static unsafe class ConvolutionWeights
{
    /// <summary>Floats of all packed components.</summary>
    public static long Floats(in ConvolutionPlan p) => p.Components * ComponentFloats(p);

    /// <summary>From a component's weights to the next's.</summary>
    public static long ComponentFloats(in ConvolutionPlan p) => (long)RoundUp4(p.DestChannels) * p.Depth;

    /// <summary>Channels that the kernels compute: a multiple of four.</summary>
    public static int RoundUp4(int channels) => (channels + 3) / 4 * 4;

    /// <summary>Rows of the block that begins at <paramref name="channel"/>.</summary>
    public static int BlockRows(int channels, int channel) => channels - channel <= 4 ? 4 : 8;

    /// <summary>Widens stored elements to single precision.</summary>
    public static void Widen(Tensor weight, float* to)
    {
        int count = checked((int)weight.Count);
        Span<float> result = new(to, count);
        switch (weight.DType)
        {
            case DType.F32:
                weight.Span.CopyTo(result);
                break;
            case DType.F16:
                TensorPrimitives.ConvertToSingle(weight.AsSpan<Half>(), result);
                break;
            case DType.BF16:
                Span<BFloat16> values = weight.AsSpan<BFloat16>();
                for (int i = 0; i < count; i++)
                {
                    result[i] = (float)values[i];
                }
                break;
            case DType.F8E4M3 or DType.F8E5M2:
                Float8Kernels.Widen((byte*)weight.Pointer, weight.DType, weight.Scale, to, count);
                break;
            default:
                throw new ArgumentException($"Convolution weights are F32, BF16, F16, F8E4M3 or F8E5M2, not {weight.DType}.", nameof(weight));
        }
    }

    /// <summary>Packs one component of the block of destination channels that begins at <paramref name="first"/>.</summary>
    /// <param name="weight">[O, C, kT, kH, kW].</param>
    /// <param name="packed">Start of all blocks.</param>
    /// <param name="p">The sum that the weights are for.</param>
    /// <param name="kernelT">kT of the whole kernel, and so on.</param>
    /// <param name="kernelY">kH.</param>
    /// <param name="kernelX">kW.</param>
    /// <param name="transposed">Whether destination channels are the weight's second dimension (input gradient).</param>
    /// <param name="first">First channel of the block, a multiple of 8.</param>
    /// <param name="component">Component of <see cref="Winograd"/>; 0 without it.</param>
    public static void PackBlock(
        float* weight, float* packed, in ConvolutionPlan p, int kernelT, int kernelY, int kernelX, bool transposed, int first, int component)
    {
        long kernel = (long)kernelT * kernelY * kernelX;
        long destStride = transposed ? kernel : p.SourceChannels * kernel;
        long sourceStride = transposed ? p.DestChannels * kernel : kernel;
        int rows = BlockRows(p.DestChannels, first);
        int real = Math.Min(rows, p.DestChannels - first);
        (float c0, float c1, float c2) = Winograd.WeightCoefficients(component);
        long step = p.X.KernelStep;
        float* to = packed + (component * ComponentFloats(p)) + ((long)first * p.Depth);
        for (int s = 0; s < p.SourceChannels; s++)
        {
            float* from = weight + (s * sourceStride) + (first * destStride);
            for (int jt = 0; jt < p.T.Taps; jt++)
            {
                for (int jy = 0; jy < p.Y.Taps; jy++)
                {
                    long line = ((((p.T.KernelStart + (jt * p.T.KernelStep)) * (long)kernelY) + p.Y.KernelStart + (jy * p.Y.KernelStep)) * kernelX)
                        + p.X.KernelStart;
                    for (int jx = 0; jx < p.TapsX; jx++)
                    {
                        float* tap = from + line + (jx * p.X.KernelStep);
                        for (int m = 0; m < real; m++)
                        {
                            float* g = tap + (m * destStride);
                            to[m] = p.IsWinograd ? (c0 * g[0]) + (c1 * g[step]) + (c2 * g[2 * step]) : *g;
                        }
                        for (int m = real; m < rows; m++)
                        {
                            to[m] = 0;
                        }
                        to += rows;
                    }
                }
            }
        }
    }
}
