namespace LongTake.Generation.Video;

/// <summary>RGB to planar 8-bit YCbCr in the limited range, in exact integer steps that do not depend on the hardware.</summary>
internal sealed class YcbcrConverter
{
    private const int Bits = 16;

    private readonly int _width;
    private readonly int _height;
    private readonly bool _half;
    private readonly int[] _y;
    private readonly int[] _cb;
    private readonly int[] _cr;

    public YcbcrConverter(int width, int height, Y4mOptions options)
    {
        _width = width;
        _height = height;
        _half = options.Chroma == Y4mChroma.Half;
        (double red, double blue) = options.Matrix == ColourMatrix.Bt601 ? (0.299, 0.114) : (0.2126, 0.0722);
        double green = 1 - red - blue;
        double luma = 219 / 255.0;
        double chromaBlue = 224 / 255.0 / (2 * (1 - blue));
        double chromaRed = 224 / 255.0 / (2 * (1 - red));
        _y = Fixed(red * luma, green * luma, blue * luma);
        _cb = Fixed(-red * chromaBlue, -green * chromaBlue, (1 - blue) * chromaBlue);
        _cr = Fixed((1 - red) * chromaRed, -green * chromaRed, -blue * chromaRed);
    }

    /// <summary>Bytes of the three planes.</summary>
    public int Bytes => _width * _height + 2 * ChromaWidth * ChromaHeight;

    private int ChromaWidth => _half ? (_width + 1) / 2 : _width;

    private int ChromaHeight => _half ? (_height + 1) / 2 : _height;

    public void Convert(ReadOnlySpan<byte> rgb, Span<byte> planes)
    {
        int count = _width * _height;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pixel = rgb.Slice(i * 3, 3);
            planes[i] = (byte)(16 + Round(Dot(_y, pixel[0], pixel[1], pixel[2]), Bits));
        }
        Span<byte> cb = planes.Slice(count, ChromaWidth * ChromaHeight);
        Span<byte> cr = planes[(count + cb.Length)..];
        int step = _half ? 2 : 1;
        int at = 0;
        for (int y = 0; y < _height; y += step)
        {
            for (int x = 0; x < _width; x += step)
            {
                // The mean of the block; at odd borders the block has two pixels or one.
                int x1 = Math.Min(x + step - 1, _width - 1);
                int y1 = Math.Min(y + step - 1, _height - 1);
                (int r, int g, int b) = Sum(rgb, x, y, x1, y1);
                int shift = Bits + (_half ? 2 : 0);
                cb[at] = (byte)(128 + Round(Dot(_cb, r, g, b), shift));
                cr[at++] = (byte)(128 + Round(Dot(_cr, r, g, b), shift));
            }
        }
    }

    private (int R, int G, int B) Sum(ReadOnlySpan<byte> rgb, int x0, int y0, int x1, int y1)
    {
        ReadOnlySpan<byte> a = rgb.Slice((y0 * _width + x0) * 3, 3);
        if (!_half)
        {
            return (a[0], a[1], a[2]);
        }
        ReadOnlySpan<byte> b = rgb.Slice((y0 * _width + x1) * 3, 3);
        ReadOnlySpan<byte> c = rgb.Slice((y1 * _width + x0) * 3, 3);
        ReadOnlySpan<byte> d = rgb.Slice((y1 * _width + x1) * 3, 3);
        return (a[0] + b[0] + c[0] + d[0], a[1] + b[1] + c[1] + d[1], a[2] + b[2] + c[2] + d[2]);
    }

    private static int Dot(int[] weights, int r, int g, int b) => weights[0] * r + weights[1] * g + weights[2] * b;

    private static int Round(int value, int shift) => (value + (1 << (shift - 1))) >> shift;

    private static int[] Fixed(params ReadOnlySpan<double> weights)
    {
        int[] result = new int[weights.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (int)Math.Round(weights[i] * (1 << Bits));
        }
        return result;
    }
}
