using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void Rope(Tensor x, Tensor cos, Tensor sin, bool inverse, Tensor y)
    {
        if (IsDouble(x))
        {
            Rotate<double>(x, cos, sin, inverse ? -1 : 1, y, false);
        }
        else
        {
            Rotate<float>(x, cos, sin, inverse ? -1 : 1, y, false);
        }
    }

    /// <inheritdoc/>
    public override void RopeBackward(Tensor cos, Tensor sin, bool inverse, Tensor gy, Tensor gx)
    {
        if (IsDouble(gy))
        {
            Rotate<double>(gy, cos, sin, inverse ? 1 : -1, gx, true);
        }
        else
        {
            Rotate<float>(gy, cos, sin, inverse ? 1 : -1, gx, true);
        }
    }

    private static void Rotate<T>(Tensor x, Tensor cos, Tensor sin, int sign, Tensor y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (int samples, int tokens, int heads, int size) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        int half = size / 2;
        Span<T> px = x.AsSpan<T>();
        Span<T> py = y.AsSpan<T>();
        for (int b = 0; b < samples; b++)
        {
            for (int n = 0; n < tokens; n++)
            {
                for (int h = 0; h < heads; h++)
                {
                    for (int i = 0; i < half; i++)
                    {
                        int at = (((((b * tokens) + n) * heads) + h) * size) + (2 * i);
                        int row = cos.Rank == 3 ? (h * tokens) + n : n;
                        T c = TableValue<T>(cos, (row * half) + i);
                        T s = TableValue<T>(sin, (row * half) + i) * T.CreateTruncating(sign);
                        (T x0, T x1) = (px[at], px[at + 1]);
                        py[at] = (accumulate ? py[at] : T.Zero) + (x0 * c) - (x1 * s);
                        py[at + 1] = (accumulate ? py[at + 1] : T.Zero) + (x1 * c) + (x0 * s);
                    }
                }
            }
        }
    }

    /// <summary>Tables of angles may be single precision beside double activations.</summary>
    private static T TableValue<T>(Tensor table, int index)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        IsDouble(table) ? T.CreateTruncating(table.AsSpan<double>()[index]) : T.CreateTruncating(table.Span[index]);
}
