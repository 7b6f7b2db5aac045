namespace LongTake.Models.Vision.Faces;

/// <summary>
/// Brings a face to the place, size and tilt at which ArcFace knows faces: the similarity (turn, scale, shift; no reflection) that takes the
/// five landmarks nearest to those of the template in the sense of least squares (Umeyama's; in the plane it is a multiplication of complex
/// numbers). Source: spec metric-models, section 9; rewards-and-grpo, A5.
/// </summary>
public static class FaceAlignment
{
    /// <summary>Side of an aligned face.</summary>
    public const int Size = 112;

    /// <summary>The similarity from the picture to the aligned face.</summary>
    public static FaceSimilarity To(FaceLandmarks landmarks)
    {
        IReadOnlyList<FacePoint> from = landmarks.Points;
        FacePoint[] to = FaceLandmarks.Template;
        FacePoint source = new(from.Average(p => p.X), from.Average(p => p.Y)), target = new(to.Average(p => p.X), to.Average(p => p.Y));
        double along = 0, across = 0, square = 0;
        for (int i = 0; i < to.Length; i++)
        {
            double x = from[i].X - source.X, y = from[i].Y - source.Y, u = to[i].X - target.X, v = to[i].Y - target.Y;
            along += (x * u) + (y * v);
            across += (x * v) - (y * u);
            square += (x * x) + (y * y);
        }
        double a = along / square, b = across / square;
        return new FaceSimilarity(a, b, target.X - ((a * source.X) - (b * source.Y)), target.Y - ((b * source.X) + (a * source.Y)));
    }

    /// <summary>Cuts an aligned face out: bilinear, black where the picture ends, values (v - 127.5) / 127.5.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="landmarks">The face.</param>
    /// <param name="face">[3, 112, 112], written.</param>
    public static void Crop(ReadOnlySpan<byte> frame, int height, int width, FaceLandmarks landmarks, Span<float> face)
    {
        FaceSimilarity similarity = To(landmarks);
        const int Plane = Size * Size;
        for (int y = 0; y < Size; y++)
        {
            for (int x = 0; x < Size; x++)
            {
                FacePoint at = similarity.Back(new FacePoint(x, y));
                int left = (int)Math.Clamp(Math.Floor(at.X), -2, width), top = (int)Math.Clamp(Math.Floor(at.Y), -2, height);
                double right = at.X - left, down = at.Y - top;
                for (int c = 0; c < 3; c++)
                {
                    double upper = ((1 - right) * Pixel(frame, height, width, top, left, c)) + (right * Pixel(frame, height, width, top, left + 1, c));
                    double lower = ((1 - right) * Pixel(frame, height, width, top + 1, left, c)) + (right * Pixel(frame, height, width, top + 1, left + 1, c));
                    face[(c * Plane) + (y * Size) + x] = (float)(((((1 - down) * upper) + (down * lower)) - 127.5) / 127.5);
                }
            }
        }
    }

    private static double Pixel(ReadOnlySpan<byte> frame, int height, int width, int y, int x, int channel) =>
        x >= 0 && y >= 0 && x < width && y < height ? frame[(((y * width) + x) * 3) + channel] : 0;
}

/// <summary>(x, y) to (A x - B y + X, B x + A y + Y).</summary>
/// <param name="A">Scale times the cosine of the turn.</param>
/// <param name="B">Scale times its sine.</param>
/// <param name="X">Shift to the right.</param>
/// <param name="Y">Shift down.</param>
public readonly record struct FaceSimilarity(double A, double B, double X, double Y)
{
    /// <summary>Where a point goes.</summary>
    public FacePoint Apply(FacePoint p) => new((A * p.X) - (B * p.Y) + X, (B * p.X) + (A * p.Y) + Y);

    /// <summary>Where a point comes from; NaN when everything goes to one point.</summary>
    public FacePoint Back(FacePoint p)
    {
        double x = p.X - X, y = p.Y - Y, square = (A * A) + (B * B);
        return new FacePoint(((A * x) + (B * y)) / square, ((A * y) - (B * x)) / square);
    }
}
