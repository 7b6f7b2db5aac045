using System.Buffers.Binary;

namespace LongTake.Generation.Video;

/// <summary>What the IHDR chunk says. Source: W3C PNG specification (third edition), section 11.2.1.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="BitDepth">Bits of a sample, or of a palette index.</param>
/// <param name="Colour">How a pixel is stored.</param>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, PngColour Colour)
{
    /// <summary>Samples of a pixel.</summary>
    public int Channels => Colour switch
    {
        PngColour.TrueColour => 3,
        PngColour.TrueColourAlpha => 4,
        PngColour.GreyAlpha => 2,
        _ => 1,
    };

    /// <summary>Bytes from a sample to the same one of the pixel before, at least 1: what filters look back by.</summary>
    public int FilterStep => Math.Max(1, Channels * BitDepth / 8);

    /// <summary>Bytes of a row of so many pixels, without the filter byte.</summary>
    public int RowBytes(int width) => (int)((((long)width * Channels * BitDepth) + 7) / 8);

    /// <summary>Reads the chunk's data.</summary>
    /// <exception cref="FormatException">It is damaged, or of a kind that is not supported.</exception>
    public static PngHeader Parse(ReadOnlySpan<byte> data)
    {
        if (data.Length != 13)
        {
            throw new FormatException("The PNG header is damaged.");
        }
        PngHeader header = new(
            BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[8], (PngColour)data[9]);
        bool depth = header.Colour switch
        {
            PngColour.Grey => header.BitDepth is 1 or 2 or 4 or 8 or 16,
            PngColour.Palette => header.BitDepth is 1 or 2 or 4 or 8,
            PngColour.TrueColour or PngColour.TrueColourAlpha or PngColour.GreyAlpha => header.BitDepth is 8 or 16,
            _ => false,
        };
        if (!depth || data[10] != 0 || data[11] != 0)
        {
            throw new FormatException($"There is no PNG picture of colour type {data[9]} with {data[8]} bits; the header is damaged.");
        }
        if (header.Width is < 1 or > VideoReader.MaxSide || header.Height is < 1 or > VideoReader.MaxSide)
        {
            throw new FormatException(
                $"The PNG picture says it is {header.Width}x{header.Height}; this program reads up to {VideoReader.MaxSide} a side.");
        }
        return data[12] == 0 ? header : throw new FormatException("Interlaced PNG pictures cannot be read; save it without interlacing.");
    }
}

/// <summary>Colour types of PNG, by their numbers.</summary>
internal enum PngColour
{
    Grey = 0,
    TrueColour = 2,
    Palette = 3,
    GreyAlpha = 4,
    TrueColourAlpha = 6,
}
