namespace LongTake.Generation.Video;

/// <summary>Planar 8-bit YCbCr to RGB, in exact integer steps that do not depend on the hardware; the way back from <see cref="YcbcrConverter"/>.</summary>
internal sealed class RgbConverter
{
    private const int Bits = 16;
    private const int Half = 1 << (Bits - 1);

    private readonly int _width;
    private readonly int _height;
    private readonly int _across;
    private readonly int _down;
    private readonly int[] _luma = new int[256];
    private readonly int[] _redOfCr = new int[256];
    private readonly int[] _greenOfCr = new int[256];
    private readonly int[] _greenOfCb = new int[256];
    private readonly int[] _blueOfCb = new int[256];

    /// <summary>Tables of one format.</summary>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="across">Pixels that a chroma sample stands for in a row: 1 or 2; 0 for no chroma at all.</param>
    /// <param name="down">Rows that it stands for.</param>
    /// <param name="matrix">Weights of red and blue.</param>
    /// <param name="full">Whether values fill 0..255 rather than 16..235 (chroma 16..240).</param>
    public RgbConverter(int width, int height, int across, int down, ColourMatrix matrix, bool full)
    {
        (_width, _height, _across, _down) = (width, height, across, down);
        (double red, double blue) = matrix == ColourMatrix.Bt601 ? (0.299, 0.114) : (0.2126, 0.0722);
        double green = 1 - red - blue;
        double luma = full ? 1 : 255 / 219.0;
        double chroma = full ? 1 : 255 / 224.0;
        for (int i = 0; i < 256; i++)
        {
            _luma[i] = Fixed((i - (full ? 0 : 16)) * luma) + Half;
            _redOfCr[i] = Fixed((i - 128) * chroma * 2 * (1 - red));
            _blueOfCb[i] = Fixed((i - 128) * chroma * 2 * (1 - blue));
            _greenOfCr[i] = Fixed(-(i - 128) * chroma * 2 * (1 - red) * red / green);
            _greenOfCb[i] = Fixed(-(i - 128) * chroma * 2 * (1 - blue) * blue / green);
        }
    }

    /// <summary>Bytes of the planes of a frame.</summary>
    public int Bytes => checked((_width * _height) + (2 * ChromaWidth * ChromaHeight));

    private int ChromaWidth => _across == 0 ? 0 : (_width + _across - 1) / _across;

    private int ChromaHeight => _down == 0 ? 0 : (_height + _down - 1) / _down;

    public void Convert(ReadOnlySpan<byte> planes, Span<byte> rgb)
    {
        int pixels = _width * _height, chroma = ChromaWidth * ChromaHeight;
        ReadOnlySpan<byte> cb = planes.Slice(pixels, chroma), cr = planes.Slice(pixels + chroma, chroma);
        int at = 0;
        for (int y = 0; y < _height; y++)
        {
            int row = _across == 0 ? 0 : y / _down * ChromaWidth;
            for (int x = 0; x < _width; x++, at += 3)
            {
                int luma = _luma[planes[at / 3]];
                int b = _across == 0 ? 128 : cb[row + (x / _across)];
                int r = _across == 0 ? 128 : cr[row + (x / _across)];
                rgb[at] = Clamp(luma + _redOfCr[r]);
                rgb[at + 1] = Clamp(luma + _greenOfCr[r] + _greenOfCb[b]);
                rgb[at + 2] = Clamp(luma + _blueOfCb[b]);
            }
        }
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value >> Bits, 0, 255);

    private static int Fixed(double value) => (int)Math.Round(value * (1 << Bits));
}
