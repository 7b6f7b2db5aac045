using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>Copies the zero-padded source of a tile; see <see cref="ConvolutionPlan"/>.</summary>
internal static unsafe class ConvolutionSlab
{
    /// <summary>Fills the slab with source channels <paramref name="first"/> .. + <paramref name="channels"/>.</summary>
    public static void Fill(float* slab, float* source, in ConvolutionPlan p, in ConvolutionTile tile, int first, int channels)
    {
        long frameSize = (long)p.Y.Source * p.X.Source;
        long channelSize = frameSize * p.T.Source;
        float* sample = source + (((long)tile.Sample * p.SourceChannels) + first) * channelSize;
        int t0 = p.T.SourceStart + (tile.T * p.T.SourceStride);
        int y0 = p.Y.SourceStart + (tile.Y * p.Y.SourceStride);
        int x0 = p.X.SourceStart + (tile.X * p.X.SourceStride);
        int laneFloats = p.Rows * p.Columns;
        for (int c = 0; c < channels; c++)
        {
            for (int f = 0; f < p.Frames; f++)
            {
                float* frame = slab + ((long)c * p.ChannelFloats) + ((long)f * p.FrameFloats);
                int t = t0 + f;
                if ((uint)t >= (uint)p.T.Source)
                {
                    NativeMemory.Clear(frame, (nuint)p.FrameFloats * sizeof(float));
                    continue;
                }
                float* plane = sample + (c * channelSize) + (t * frameSize);
                for (int ly = 0; ly < p.Y.Lanes; ly++)
                {
                    for (int r = 0; r < p.Rows; r++)
                    {
                        float* row = frame + ((long)ly * p.X.Lanes * laneFloats) + (r * p.Columns);
                        int y = y0 + (r * p.Y.SourceStride) + ly;
                        if ((uint)y >= (uint)p.Y.Source)
                        {
                            for (int lx = 0; lx < p.X.Lanes; lx++)
                            {
                                new Span<float>(row + (lx * laneFloats), p.Columns).Clear();
                            }
                            continue;
                        }
                        float* line = plane + ((long)y * p.X.Source);
                        if (p.X.SourceStride == 1)
                        {
                            CopyRow(row, line, x0, p.Columns, p.X.Source);
                        }
                        else
                        {
                            CopyLanes(row, line, x0, p, laneFloats);
                        }
                    }
                }
            }
        }
        // Vectors may run over the end; what they meet there must be numbers.
        new Span<float>(slab + ((long)channels * p.ChannelFloats), 4 * ConvolutionPlan.Lane).Clear();
    }

    private static void CopyRow(float* row, float* line, int start, int count, int size)
    {
        int before = Math.Clamp(-start, 0, count);
        int inside = Math.Clamp(size - (start + before), 0, count - before);
        for (int i = 0; i < before; i++)
        {
            row[i] = 0;
        }
        new ReadOnlySpan<float>(line + start + before, inside).CopyTo(new Span<float>(row + before, inside));
        for (int i = before + inside; i < count; i++)
        {
            row[i] = 0;
        }
    }

    private static void CopyLanes(float* row, float* line, int start, in ConvolutionPlan p, int laneFloats)
    {
        int stride = p.X.SourceStride;
        int i = 0;
        if (stride == 2 && p.X.Lanes == 2 && Vector256.IsHardwareAccelerated)
        {
            // The part that is wholly inside, eight pairs at a time: pairs are 64-bit integers, split by narrowing.
            int inside = Math.Max(0, (1 - start) / 2);
            Scalar(row, line, start, p, laneFloats, 0, Math.Min(inside, p.Columns));
            i = Math.Min(inside, p.Columns);
            for (; i + 8 <= p.Columns && start + (2 * i) + 16 <= p.X.Source; i += 8)
            {
                Vector256<ulong> a = Vector256.Load((ulong*)(line + start + (2 * i)));
                Vector256<ulong> b = Vector256.Load((ulong*)(line + start + (2 * i) + 8));
                Vector256.Narrow(a, b).AsSingle().Store(row + i);
                Vector256.Narrow(a >>> 32, b >>> 32).AsSingle().Store(row + laneFloats + i);
            }
        }
        Scalar(row, line, start, p, laneFloats, i, p.Columns);
    }

    private static void Scalar(float* row, float* line, int start, in ConvolutionPlan p, int laneFloats, int from, int to)
    {
        for (int lx = 0; lx < p.X.Lanes; lx++)
        {
            for (int i = from; i < to; i++)
            {
                int x = start + (i * p.X.SourceStride) + lx;
                row[(lx * laneFloats) + i] = (uint)x < (uint)p.X.Source ? line[x] : 0;
            }
        }
    }
}
