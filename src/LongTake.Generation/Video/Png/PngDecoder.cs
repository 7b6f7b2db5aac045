using System.IO.Compression;

namespace LongTake.Generation.Video;

/// <summary>
/// Decompresses, unfilters and expands pictures of one header to 8-bit RGBA; samples of 16 bits lose the lower eight.
/// Source: W3C PNG specification (third edition), sections 7, 9 and 11.3.1 (tRNS).
/// </summary>
internal sealed class PngDecoder(PngHeader header)
{
    // The most that the format's compression (deflate) can expand a byte to.
    private const long MostExpansion = 1032;

    private byte[] _palette = [];
    private byte[] _transparency = [];
    private byte[] _row = [];
    private byte[] _above = [];

    /// <summary>Takes the palette (PLTE) or the transparency (tRNS) chunk.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public void Take(string type, byte[] data)
    {
        bool palette = type == "PLTE";
        int wanted = header.Colour switch
        {
            PngColour.Grey => 2,
            PngColour.TrueColour => 6,
            _ => 0,
        };
        if (palette ? data.Length is 0 or > 768 || data.Length % 3 != 0 : wanted != 0 ? data.Length != wanted : data.Length > 256)
        {
            throw new FormatException($"The PNG chunk {type} is damaged (wrong length).");
        }
        if (palette)
        {
            _palette = data;
        }
        else
        {
            _transparency = data;
        }
    }

    /// <summary>Refuses a picture that so few compressed bytes cannot hold, before memory is set aside for it.</summary>
    /// <exception cref="FormatException">It cannot be.</exception>
    public void CheckSize(int width, int height, long compressed)
    {
        if ((header.RowBytes(width) + 1L) * height > (compressed + 16) * MostExpansion)
        {
            throw new FormatException($"The PNG pixel data are damaged: {compressed} bytes cannot hold {width}x{height} pixels.");
        }
    }

    /// <summary>Decodes a picture.</summary>
    /// <param name="compressed">The zlib stream; read from its beginning.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="rgba">Receives [h, w, 4] bytes.</param>
    /// <exception cref="FormatException">The data are damaged or too short.</exception>
    public void Decode(MemoryStream compressed, int width, int height, Span<byte> rgba)
    {
        int bytes = header.RowBytes(width);
        if (_row.Length != bytes + 1)
        {
            _row = new byte[bytes + 1];
            _above = new byte[bytes + 1];
        }
        _above.AsSpan().Clear();
        compressed.Position = 0;
        try
        {
            using ZLibStream zlib = new(compressed, CompressionMode.Decompress, leaveOpen: true);
            for (int y = 0; y < height; y++)
            {
                zlib.ReadExactly(_row);
                Unfilter(_row[0], _row.AsSpan(1), _above.AsSpan(1), header.FilterStep);
                Expand(_row.AsSpan(1), rgba.Slice(y * width * 4, width * 4));
                (_row, _above) = (_above, _row);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException("The PNG pixel data are damaged.", e);
        }
    }

    private static void Unfilter(byte type, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        for (int i = 0; i < row.Length; i++)
        {
            byte left = i >= step ? row[i - step] : (byte)0;
            byte corner = i >= step ? above[i - step] : (byte)0;
            byte predicted = type switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (byte)((left + above[i]) / 2),
                4 => PngEncoder.Paeth(left, above[i], corner),
                _ => throw new FormatException($"The PNG filter {type} does not exist."),
            };
            row[i] += predicted;
        }
    }

    private void Expand(ReadOnlySpan<byte> row, Span<byte> rgba)
    {
        int channels = header.Channels;
        for (int x = 0, sample = 0; x < rgba.Length; x += 4, sample += channels)
        {
            Span<byte> pixel = rgba.Slice(x, 4);
            switch (header.Colour)
            {
                case PngColour.Palette:
                    FromPalette(Sample(row, sample), pixel);
                    break;
                case PngColour.Grey or PngColour.GreyAlpha:
                    pixel[..3].Fill(Eight(Sample(row, sample)));
                    pixel[3] = channels == 2 ? Eight(Sample(row, sample + 1)) : IsTransparent(row, sample) ? (byte)0 : (byte)255;
                    break;
                default:
                    for (int c = 0; c < 3; c++)
                    {
                        pixel[c] = Eight(Sample(row, sample + c));
                    }
                    pixel[3] = channels == 4 ? Eight(Sample(row, sample + 3)) : IsTransparent(row, sample) ? (byte)0 : (byte)255;
                    break;
            }
        }
    }

    /// <summary>The sample with a number, in its own depth.</summary>
    private int Sample(ReadOnlySpan<byte> row, int number)
    {
        int bits = header.BitDepth;
        if (bits == 8)
        {
            return row[number];
        }
        if (bits == 16)
        {
            return (row[2 * number] << 8) | row[(2 * number) + 1];
        }
        int at = number * bits;
        return (row[at / 8] >> (8 - bits - (at % 8))) & ((1 << bits) - 1);
    }

    private byte Eight(int sample) => header.BitDepth switch
    {
        16 => (byte)(sample >> 8),
        8 => (byte)sample,
        int bits => (byte)(sample * 255 / ((1 << bits) - 1)),
    };

    private void FromPalette(int index, Span<byte> pixel)
    {
        if (3 * index >= _palette.Length)
        {
            throw new FormatException(
                _palette.Length == 0 ? "The PNG palette is missing." : $"The PNG picture uses colour {index}, which its palette does not have.");
        }
        _palette.AsSpan(3 * index, 3).CopyTo(pixel);
        pixel[3] = index < _transparency.Length ? _transparency[index] : (byte)255;
    }

    /// <summary>Whether a pixel without alpha has the one colour that stands for transparency.</summary>
    private bool IsTransparent(ReadOnlySpan<byte> row, int sample)
    {
        if (_transparency.Length == 0)
        {
            return false;
        }
        for (int c = 0; c < header.Channels; c++)
        {
            if (Sample(row, sample + c) != ((_transparency[2 * c] << 8) | _transparency[(2 * c) + 1]))
            {
                return false;
            }
        }
        return true;
    }
}
