using System.Numerics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// Predicts the picture in the middle between two: every pixel is looked up half a flow back and half a flow on, along the forward and along the
/// backward flow, and the pair of samples that agree better is averaged. Source: spec/metrics.md section 10.1.
/// </summary>
/// <param name="height">Height H.</param>
/// <param name="width">Width W.</param>
/// <param name="wraps">Whether pictures wrap around; otherwise their borders are repeated.</param>
internal sealed class MidpointPredictor(int height, int width, bool wraps)
{
    /// <summary>Predicts.</summary>
    /// <param name="a">[H, W, 3] bytes, the picture before.</param>
    /// <param name="c">[H, W, 3] bytes, the picture after.</param>
    /// <param name="forward">[H, W], the flow from a to c.</param>
    /// <param name="backward">[H, W], the flow from c to a.</param>
    /// <param name="middle">Receives [H, W, 3] values in 0..255.</param>
    public void Predict(ReadOnlySpan<byte> a, ReadOnlySpan<byte> c, ReadOnlySpan<Vector2> forward, ReadOnlySpan<Vector2> backward, Span<float> middle)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int pixel = y * width + x;
                if (forward[pixel] == Vector2.Zero && backward[pixel] == Vector2.Zero)
                {
                    // Most pixels stand still: all samples are the pixel itself.
                    for (int i = 3 * pixel; i < 3 * pixel + 3; i++)
                    {
                        middle[i] = (a[i] + c[i]) / 2f;
                    }
                    continue;
                }
                Vector2 along = forward[pixel] / 2, against = backward[pixel] / 2, here = new(x, y);
                Vector3 a1 = Sample(a, here - along), c1 = Sample(c, here + along);
                Vector3 a2 = Sample(a, here + against), c2 = Sample(c, here - against);
                bool first = Distance(a1, c1) <= Distance(a2, c2);
                Vector3 mean = (first ? a1 + c1 : a2 + c2) / 2;
                (middle[3 * pixel], middle[3 * pixel + 1], middle[3 * pixel + 2]) = (mean.X, mean.Y, mean.Z);
            }
        }
    }

    private static float Distance(Vector3 a, Vector3 b)
    {
        Vector3 difference = Vector3.Abs(a - b);
        return difference.X + difference.Y + difference.Z;
    }

    /// <summary>Bilinear.</summary>
    private Vector3 Sample(ReadOnlySpan<byte> picture, Vector2 place)
    {
        float floorX = MathF.Floor(place.X), floorY = MathF.Floor(place.Y);
        float u = place.X - floorX, v = place.Y - floorY;
        (int x, int y) = ((int)floorX, (int)floorY);
        Vector3 top = Vector3.Lerp(Pixel(picture, x, y), Pixel(picture, x + 1, y), u);
        Vector3 bottom = Vector3.Lerp(Pixel(picture, x, y + 1), Pixel(picture, x + 1, y + 1), u);
        return Vector3.Lerp(top, bottom, v);
    }

    private Vector3 Pixel(ReadOnlySpan<byte> picture, int x, int y)
    {
        int at = 3 * (Inside(y, height) * width + Inside(x, width));
        return new Vector3(picture[at], picture[at + 1], picture[at + 2]);
    }

    private int Inside(int place, int length) =>
        wraps ? (place % length + length) % length : Math.Clamp(place, 0, length - 1);
}
