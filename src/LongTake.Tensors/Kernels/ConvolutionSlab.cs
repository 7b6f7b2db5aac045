using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>Where the source of a sum over taps lies.</summary>
internal unsafe struct ConvolutionSource
{
    /// <summary>[B, C, T, H, W], or [B, C, T, H/2, W/2] if doubled.</summary>
    public float* Data;

    /// <summary>Whether each stored pixel stands for two rows and two columns.</summary>
    public bool Doubled;

    /// <summary>[B, C, frames, H, W] in front of the first frame; null for zeros.</summary>
    public float* History;
    public int HistoryFrames;

    /// <summary>Whether a component of <see cref="Winograd"/> is zero everywhere: the third, if its two inputs are copies of one pixel.</summary>
    public readonly bool SkipsComponent(in ConvolutionPlan p, int component) =>
        component == 2 && Doubled && p.IsWinograd && (p.X.SourceStart & 1) != 0;
}

/// <summary>Copies the zero-padded source of a tile; see <see cref="ConvolutionPlan"/>.</summary>
internal static unsafe class ConvolutionSlab
{
    /// <summary>Fills the slab with source channels <paramref name="first"/> .. + <paramref name="channels"/> and closes it.</summary>
    public static void FillWhole(float* slab, in ConvolutionSource source, in ConvolutionPlan p, in ConvolutionTile tile, int first, int channels)
    {
        Fill(slab, source, p, tile, first, channels);
        Close(slab, p, channels);
    }

    /// <summary>Vectors may run over the end; what they meet there must be numbers.</summary>
    public static void Close(float* slab, in ConvolutionPlan p, int channels) =>
        new Span<float>(slab + ((long)channels * p.ChannelFloats), 4 * ConvolutionPlan.Lane).Clear();

    /// <summary>Writes source channels <paramref name="first"/> .. + <paramref name="channels"/> from the address on.</summary>
    public static void Fill(float* slab, in ConvolutionSource source, in ConvolutionPlan p, in ConvolutionTile tile, int first, int channels)
    {
        int half = source.Doubled ? 1 : 0;
        int width = p.X.Source >> half;
        long frameSize = (long)(p.Y.Source >> half) * width;
        long firstPlane = ((long)tile.Sample * p.SourceChannels) + first;
        int t0 = p.T.SourceStart + (tile.T * p.T.SourceStride);
        int y0 = p.Y.SourceStart + (tile.Y * p.Y.SourceStride);
        int x0 = p.X.SourceStart + (tile.X * p.X.SourceStride);
        int laneFloats = p.Rows * p.Columns;
        bool unit = p.IsWinograd && p.Y.SourceStride == 1;
        bool lines = unit && !source.Doubled && Winograd.TakesLines(width, x0, p.Columns);
        bool doubledLine = unit && source.Doubled && Winograd.TakesDoubledLine(width, x0, p.Columns);
        for (int c = 0; c < channels; c++)
        {
            for (int f = 0; f < p.Frames; f++)
            {
                float* frame = slab + ((long)c * p.ChannelFloats) + ((long)f * p.FrameFloats);
                int t = t0 + f;
                float* plane;
                if ((uint)t < (uint)p.T.Source)
                {
                    plane = source.Data + ((((firstPlane + c) * p.T.Source) + t) * frameSize);
                }
                else if (t < 0 && source.History is not null)
                {
                    plane = source.History + ((((firstPlane + c) * source.HistoryFrames) + t + source.HistoryFrames) * frameSize);
                }
                else
                {
                    NativeMemory.Clear(frame, (nuint)p.FrameFloats * sizeof(float));
                    continue;
                }
                for (int ly = 0; ly < p.Y.Lanes; ly++)
                {
                    for (int r = 0; r < p.Rows; r++)
                    {
                        float* row = frame + ((long)ly * p.LanesX * laneFloats) + (r * p.Columns);
                        int y = y0 + (r * p.Y.SourceStride) + ly;
                        if ((uint)y >= (uint)p.Y.Source)
                        {
                            for (int lx = 0; lx < p.LanesX; lx++)
                            {
                                new Span<float>(row + (lx * laneFloats), p.Columns).Clear();
                            }
                            continue;
                        }
                        float* line = plane + ((long)(y >> half) * width);
                        if (lines)
                        {
                            // All the lines that are left at once, but for those of a rest smaller than a vector.
                            int taken = Winograd.SplitLines(line, p.Columns, row, laneFloats, Math.Min(p.Rows - r, p.Y.Source - y));
                            if (taken > 0)
                            {
                                r += taken - 1;
                                continue;
                            }
                        }
                        if (p.X.SourceStride != 1)
                        {
                            CopyLanes(row, line, x0, p, laneFloats);
                            continue;
                        }
                        switch (p.IsWinograd, source.Doubled)
                        {
                            case (true, true) when doubledLine:
                                Winograd.SplitDoubledLine(line, p.Columns, row, laneFloats);
                                break;
                            case (true, true):
                                Winograd.SplitDoubledRow(line, width, x0, row, laneFloats, p.Columns);
                                break;
                            case (true, false):
                                Winograd.SplitRow(line, width, x0, row, laneFloats, p.Columns);
                                break;
                            case (false, true):
                                CopyDoubledRow(row, line, x0, p.Columns, p.X.Source);
                                break;
                            default:
                                CopyRow(row, line, x0, p.Columns, p.X.Source);
                                break;
                        }
                    }
                }
            }
        }
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

    private static void CopyDoubledRow(float* row, float* line, int start, int count, int size)
    {
        int i = 0;
        for (; i < count && start + i < 0; i++)
        {
            row[i] = 0;
        }
        int end = Math.Min(count, size - start);
        if (((start + i) & 1) != 0 && i < end)
        {
            row[i] = line[(start + i) >> 1];
            i++;
        }
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 16 <= end; i += 16)
            {
                // Each pixel becomes a 64-bit integer holding it twice.
                (Vector256<ulong> low, Vector256<ulong> high) = Vector256.Widen(Vector256.Load((uint*)(line + ((start + i) >> 1))));
                (low | (low << 32)).Store((ulong*)(row + i));
                (high | (high << 32)).Store((ulong*)(row + i + 8));
            }
        }
        for (; i < end; i++)
        {
            row[i] = line[(start + i) >> 1];
        }
        for (; i < count; i++)
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
