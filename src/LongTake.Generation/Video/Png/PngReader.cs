using System.Buffers.Binary;
using System.IO.Compression;

namespace LongTake.Generation.Video;

/// <summary>Reads 8-bit true-colour PNG pictures and the frames of animated ones whose frames fill the canvas.</summary>
public static class PngReader
{
    /// <summary>Reads a picture from a file.</summary>
    /// <exception cref="FormatException">It is no PNG, is damaged, or is of another kind; the message names the file.</exception>
    public static RgbImage Load(string path)
    {
        using FileStream stream = File.OpenRead(path);
        try
        {
            return Read(stream);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the (first) picture of a stream.</summary>
    /// <exception cref="FormatException">It is no PNG, is damaged, or is of another kind.</exception>
    public static RgbImage Read(Stream stream) => ReadFrames(stream).First();

    /// <summary>Reads the pictures of an animation one by one; a still picture is one frame.</summary>
    /// <exception cref="FormatException">It is no PNG, is damaged, or is of another kind.</exception>
    public static IEnumerable<RgbImage> ReadFrames(Stream stream)
    {
        byte[] signature = new byte[8];
        if (stream.ReadAtLeast(signature, 8, throwOnEndOfStream: false) < 8 || !signature.AsSpan().SequenceEqual(PngChunks.Signature))
        {
            throw new FormatException("This is not a PNG picture.");
        }
        (string Type, byte[] Data)? chunk = PngChunks.Read(stream);
        if (chunk is not ("IHDR", { Length: 13 } header))
        {
            throw new FormatException("The PNG header is missing.");
        }
        int width = BinaryPrimitives.ReadInt32BigEndian(header);
        int height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        if (header[8] != 8 || header[9] != 2 || header[12] != 0 || width < 1 || height < 1)
        {
            throw new FormatException("Only 8-bit true-colour PNG pictures without alpha and interlacing can be read.");
        }
        using MemoryStream data = new();
        while ((chunk = PngChunks.Read(stream)) is { } next)
        {
            switch (next.Type)
            {
                case "IDAT":
                    data.Write(next.Data);
                    break;
                case "fdAT":
                    data.Write(next.Data.AsSpan(4));
                    break;
                case "fcTL" or "IEND" when data.Length > 0:
                    yield return new RgbImage(width, height, Decode(data, width, height));
                    data.SetLength(0);
                    break;
            }
            if (next.Type == "IEND")
            {
                yield break;
            }
        }
        throw new FormatException("The PNG picture is cut off.");
    }

    private static byte[] Decode(MemoryStream data, int width, int height)
    {
        int stride = width * 3;
        byte[] pixels = new byte[stride * height];
        byte[] row = new byte[stride + 1];
        byte[] zeros = new byte[stride];
        data.Position = 0;
        try
        {
            using ZLibStream zlib = new(data, CompressionMode.Decompress, leaveOpen: true);
            for (int y = 0; y < height; y++)
            {
                zlib.ReadExactly(row);
                ReadOnlySpan<byte> above = y == 0 ? zeros : pixels.AsSpan((y - 1) * stride, stride);
                Unfilter(row[0], row.AsSpan(1), above, pixels.AsSpan(y * stride, stride));
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new FormatException("The PNG pixel data are damaged.", e);
        }
        return pixels;
    }

    private static void Unfilter(byte type, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> result)
    {
        for (int i = 0; i < row.Length; i++)
        {
            byte left = i >= 3 ? result[i - 3] : (byte)0;
            byte corner = i >= 3 ? above[i - 3] : (byte)0;
            byte predicted = type switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (byte)((left + above[i]) / 2),
                4 => PngEncoder.Paeth(left, above[i], corner),
                _ => throw new FormatException($"The PNG filter {type} does not exist."),
            };
            result[i] = (byte)(row[i] + predicted);
        }
    }
}
