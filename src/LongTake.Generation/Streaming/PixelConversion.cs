using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>From decoded video to bytes. Source: autoregressive-streaming.md 9.</summary>
public static class PixelConversion
{
    /// <summary>(x + 1) / 2 clamped to [0, 1], times 255, truncated.</summary>
    /// <param name="video">[1, 3, F, H, W], nominally in [-1, 1].</param>
    /// <returns>U8 [F, H, W, 3].</returns>
    /// <exception cref="ArgumentException">The tensor is no single RGB video.</exception>
    public static Tensor ToBytes(Tensor video)
    {
        Shape s = video.Shape;
        if (s.Rank != 5 || s[0] != 1 || s[1] != 3)
        {
            throw new ArgumentException($"One RGB video [1, 3, F, H, W] is expected, not {s}.", nameof(video));
        }
        Tensor bytes = Tensor.Empty([s[2], s[3], s[4], 3], DType.U8);
        ReadOnlySpan<float> from = video.Span;
        Span<byte> to = bytes.AsSpan<byte>();
        int plane = s[2] * s[3] * s[4];
        for (int c = 0; c < 3; c++)
        {
            ReadOnlySpan<float> channel = from.Slice(c * plane, plane);
            for (int i = 0; i < plane; i++)
            {
                // NaN falls to 0.
                float x = (channel[i] * 0.5f) + 0.5f;
                to[(3 * i) + c] = x > 0f ? (byte)(MathF.Min(x, 1f) * 255f) : (byte)0;
            }
        }
        return bytes;
    }
}
