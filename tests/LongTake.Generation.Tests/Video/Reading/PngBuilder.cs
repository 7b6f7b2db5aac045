using System.Buffers.Binary;
using System.IO.Compression;
using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video.Reading;

/// <summary>Puts PNG files together chunk by chunk, valid or not.</summary>
internal sealed class PngBuilder
{
    private readonly MemoryStream _stream = new();
    private uint _sequence;

    public PngBuilder(int width, int height, int depth, int colour, int interlace = 0)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colour, (byte)interlace);
        _stream.Write(PngChunks.Signature);
        Chunk("IHDR", header);
    }

    public byte[] Bytes => _stream.ToArray();

    public PngBuilder Chunk(string type, params byte[] data)
    {
        PngChunks.Write(_stream, type, data);
        return this;
    }

    public PngBuilder Animate(int frames)
    {
        byte[] data = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(data, frames);
        return Chunk("acTL", data);
    }

    public PngBuilder Control(int x, int y, int width, int height, int dispose = 0, int blend = 0, int over = 1, int under = 16)
    {
        byte[] data = new byte[26];
        BinaryPrimitives.WriteUInt32BigEndian(data, _sequence++);
        int[] numbers = [width, height, x, y];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4 + (4 * i)), numbers[i]);
        }
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(20), (ushort)over);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(22), (ushort)under);
        (data[24], data[25]) = ((byte)dispose, (byte)blend);
        return Chunk("fcTL", data);
    }

    /// <summary>The picture, its rows filtered by types 0 to 4 in turn and its data cut into two chunks.</summary>
    public PngBuilder Picture(int step, params byte[][] rows)
    {
        byte[] data = Compress(step, rows);
        return Chunk("IDAT", data[..(data.Length / 2)]).Chunk("IDAT", data[(data.Length / 2)..]);
    }

    public PngBuilder FrameData(int step, params byte[][] rows)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, _sequence++);
        return Chunk("fdAT", [.. number, .. Compress(step, rows)]);
    }

    public byte[] End() => Chunk("IEND").Bytes;

    private static byte[] Compress(int step, byte[][] rows)
    {
        using MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Fastest))
        {
            byte[] above = new byte[rows[0].Length];
            for (int y = 0; y < rows.Length; y++)
            {
                int type = y % 5;
                zlib.WriteByte((byte)type);
                for (int i = 0; i < rows[y].Length; i++)
                {
                    byte left = i >= step ? rows[y][i - step] : (byte)0, corner = i >= step ? above[i - step] : (byte)0;
                    int predicted = type switch
                    {
                        0 => 0,
                        1 => left,
                        2 => above[i],
                        3 => (left + above[i]) / 2,
                        _ => PngEncoder.Paeth(left, above[i], corner),
                    };
                    zlib.WriteByte((byte)(rows[y][i] - predicted));
                }
                above = rows[y];
            }
        }
        return output.ToArray();
    }
}
