using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Scales and shifts each channel of [B, C, positions], and bends what is negative; a piece is a few planes (channels of a sample).</summary>
/// <typeparam name="V">Vector of the hardware's width.</typeparam>
internal unsafe struct ChannelAffineJob<V> : IParallelJob
    where V : unmanaged, IFloats<V>
{
    public float* X;
    public float* Y;

    /// <summary>[C], or null for 1.</summary>
    public float* Scale;

    /// <summary>[C], or null for 0.</summary>
    public float* Shift;

    /// <summary>[C], or null for 1.</summary>
    public float* Slope;
    public int Channels;
    public long Planes;
    public long Positions;
    public int PlanesPerPiece;

    public readonly void Run(int index)
    {
        long end = Math.Min(Planes, (index + 1L) * PlanesPerPiece);
        for (long plane = (long)index * PlanesPerPiece; plane < end; plane++)
        {
            int c = (int)(plane % Channels);
            Plane(
                X + (plane * Positions),
                Y + (plane * Positions),
                Scale is null ? 1f : Scale[c],
                Shift is null ? 0f : Shift[c],
                Slope is null ? 1f : Slope[c]);
        }
    }

    private readonly void Plane(float* x, float* y, float scale, float shift, float slope)
    {
        long i = 0;
        V s = V.Broadcast(scale), t = V.Broadcast(shift), a = V.Broadcast(slope), zero = V.Zero;
        for (; i + V.Width <= Positions; i += V.Width)
        {
            V v = V.MultiplyAdd(V.Load(x + i), s, t);
            V.Store(V.MultiplyAdd(V.Min(v, zero), a, V.Max(v, zero)), y + i);
        }
        for (; i < Positions; i++)
        {
            float v = (x[i] * scale) + shift;
            y[i] = v > 0 ? v : v * slope;
        }
    }
}
