using System.Runtime.Intrinsics;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Doubles rows and columns of frames, or adds the four copies of a pixel up; a piece is a few frames.</summary>
internal unsafe struct UpsampleJob : IParallelJob
{
    public float* Small;
    public float* Large;
    public int Height;
    public int Width;
    public long Frames;
    public int FramesPerPiece;
    public bool Backward;

    public readonly int Pieces => checked((int)((Frames + FramesPerPiece - 1) / FramesPerPiece));

    public readonly void Run(int index)
    {
        long end = Math.Min(Frames, (index + 1L) * FramesPerPiece);
        for (long f = (long)index * FramesPerPiece; f < end; f++)
        {
            for (int r = 0; r < Height; r++)
            {
                float* small = Small + (((f * Height) + r) * Width);
                float* large = Large + (((f * Height) + r) * Width * 4);
                if (Backward)
                {
                    AddRow(large, large + (2 * Width), small, Width);
                }
                else
                {
                    DoubleRow(small, large, Width);
                    new ReadOnlySpan<float>(large, 2 * Width).CopyTo(new Span<float>(large + (2 * Width), 2 * Width));
                }
            }
        }
    }

    private static void DoubleRow(float* from, float* to, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                // Each pixel becomes a 64-bit integer holding it twice.
                (Vector256<ulong> low, Vector256<ulong> high) = Vector256.Widen(Vector256.Load((uint*)(from + i)));
                (low | (low << 32)).Store((ulong*)(to + (2 * i)));
                (high | (high << 32)).Store((ulong*)(to + (2 * i) + 8));
            }
        }
        for (; i < count; i++)
        {
            to[2 * i] = from[i];
            to[(2 * i) + 1] = from[i];
        }
    }

    private static void AddRow(float* upper, float* lower, float* to, int count)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<ulong> a = (Vector256.Load(upper + (2 * i)) + Vector256.Load(lower + (2 * i))).AsUInt64();
                Vector256<ulong> b = (Vector256.Load(upper + (2 * i) + 8) + Vector256.Load(lower + (2 * i) + 8)).AsUInt64();
                Vector256<float> even = Vector256.Narrow(a, b).AsSingle();
                Vector256<float> odd = Vector256.Narrow(a >>> 32, b >>> 32).AsSingle();
                (Vector256.Load(to + i) + (even + odd)).Store(to + i);
            }
        }
        for (; i < count; i++)
        {
            to[i] += upper[2 * i] + lower[2 * i] + (upper[(2 * i) + 1] + lower[(2 * i) + 1]);
        }
    }
}
