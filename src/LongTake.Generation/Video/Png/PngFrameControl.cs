using System.Buffers.Binary;

namespace LongTake.Generation.Video;

/// <summary>What a frame control chunk (fcTL) says. Source: W3C PNG specification (third edition), section 11.3.6.2.</summary>
internal readonly record struct PngFrameControl(uint Sequence, int X, int Y, int Width, int Height, double Seconds, PngDispose Dispose, bool BlendOver)
{
    /// <summary>A frame that fills a still picture.</summary>
    public static PngFrameControl Whole(PngHeader header) => new(0, 0, 0, header.Width, header.Height, 0, PngDispose.None, false);

    /// <summary>Reads the chunk's data.</summary>
    /// <exception cref="FormatException">It is damaged, or the frame does not lie in the picture.</exception>
    public static PngFrameControl Parse(ReadOnlySpan<byte> data, PngHeader canvas)
    {
        if (data.Length != 26 || data[24] > 2 || data[25] > 1)
        {
            throw new FormatException("A frame control of the animated PNG is damaged.");
        }
        uint width = BinaryPrimitives.ReadUInt32BigEndian(data[4..]), height = BinaryPrimitives.ReadUInt32BigEndian(data[8..]);
        uint x = BinaryPrimitives.ReadUInt32BigEndian(data[12..]), y = BinaryPrimitives.ReadUInt32BigEndian(data[16..]);
        if (width < 1 || height < 1 || (long)x + width > canvas.Width || (long)y + height > canvas.Height)
        {
            throw new FormatException($"A frame of the animated PNG ({width}x{height} at {x}, {y}) is not inside the picture.");
        }
        int over = BinaryPrimitives.ReadUInt16BigEndian(data[20..]), under = BinaryPrimitives.ReadUInt16BigEndian(data[22..]);
        return new PngFrameControl(
            BinaryPrimitives.ReadUInt32BigEndian(data), (int)x, (int)y, (int)width, (int)height,
            over / (under == 0 ? 100.0 : under), (PngDispose)data[24], data[25] == 1);
    }
}

/// <summary>What becomes of a frame's region before the next frame is drawn.</summary>
internal enum PngDispose
{
    /// <summary>It stays.</summary>
    None = 0,

    /// <summary>It becomes transparent black.</summary>
    Background = 1,

    /// <summary>It becomes what it was before the frame.</summary>
    Previous = 2,
}
