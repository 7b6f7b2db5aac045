using System.Runtime.Intrinsics;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Tokens of a rotary embedding. Layouts: x [B, N, H, D], tables [N, D/2] (head stride 0) or [H, N, D/2].</summary>
internal unsafe struct RopeJob : IParallelJob
{
    public float* X;
    public float* Y;
    public float* Cos;
    public float* Sin;

    /// <summary>1, or -1 to rotate back.</summary>
    public float Sign;
    public bool Accumulate;
    public long Tokens;
    public int TokensPerSample;
    public int Heads;
    public int HeadSize;
    public long HeadStride;
    public int TokensPerPiece;

    public readonly void Run(int index)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            RotateTokens<Floats16>(index);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            RotateTokens<Floats8>(index);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            RotateTokens<Floats4>(index);
        }
        else
        {
            RotateTokens<Floats1>(index);
        }
    }

    private readonly void RotateTokens<V>(int index)
        where V : unmanaged, IFloats<V>
    {
        long start = (long)index * TokensPerPiece;
        long end = Math.Min(start + TokensPerPiece, Tokens);
        for (long t = start; t < end; t++)
        {
            long row = t % TokensPerSample * (HeadSize / 2);
            for (int h = 0; h < Heads; h++)
            {
                long at = ((t * Heads) + h) * HeadSize;
                long angle = row + (h * HeadStride);
                Rotate<V>(X + at, Cos + angle, Sin + angle, Y + at);
            }
        }
    }

    private readonly void Rotate<V>(float* x, float* cos, float* sin, float* y)
        where V : unmanaged, IFloats<V>
    {
        int i = 0;
        if (V.Width > 1)
        {
            // (x0, x1) -> (x0 c - x1 s, x1 c + x0 s): the swapped pair times (-s, s).
            V sign = V.AlternateSigns(Sign);
            for (; i <= HeadSize - V.Width; i += V.Width)
            {
                V v = V.Load(x + i);
                V rotated = V.MultiplyAdd(v, V.LoadTwice(cos + (i / 2)), V.SwapPairs(v) * (V.LoadTwice(sin + (i / 2)) * sign));
                V.Store(Accumulate ? rotated + V.Load(y + i) : rotated, y + i);
            }
        }
        for (; i < HeadSize; i += 2)
        {
            float c = cos[i / 2];
            float s = sin[i / 2] * Sign;
            float a = (x[i] * c) - (x[i + 1] * s);
            float b = (x[i + 1] * c) + (x[i] * s);
            y[i] = Accumulate ? y[i] + a : a;
            y[i + 1] = Accumulate ? y[i + 1] + b : b;
        }
    }
}
