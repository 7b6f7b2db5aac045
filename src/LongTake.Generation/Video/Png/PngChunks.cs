using System.Buffers.Binary;
using System.Text;

namespace LongTake.Generation.Video;

/// <summary>The chunk layer of PNG: length, type, data, CRC. Source: W3C PNG specification (third edition), sections 5 and 11.</summary>
internal static class PngChunks
{
    public static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static readonly uint[] Table = MakeTable();

    /// <summary>Writes a chunk whose data are two spans, one after the other.</summary>
    public static void Write(Stream stream, string type, ReadOnlySpan<byte> data, ReadOnlySpan<byte> more = default)
    {
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length + more.Length);
        Encoding.ASCII.GetBytes(type, word[4..]);
        stream.Write(word);
        stream.Write(data);
        stream.Write(more);
        uint crc = Update(Update(Update(uint.MaxValue, word[4..]), data), more) ^ uint.MaxValue;
        BinaryPrimitives.WriteUInt32BigEndian(word, crc);
        stream.Write(word[..4]);
    }

    /// <summary>Header of an 8-bit true-colour picture.</summary>
    public static void WriteHeader(Stream stream, int width, int height)
    {
        Span<byte> data = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data[4..], height);
        data[8] = 8;
        data[9] = 2;
        data[10..].Clear();
        stream.Write(Signature);
        Write(stream, "IHDR", data);
    }

    /// <summary>Reads a chunk, or null at the end of the stream or where it is cut off.</summary>
    /// <exception cref="FormatException">The checksum is wrong.</exception>
    public static (string Type, byte[] Data)? Read(Stream stream)
    {
        Span<byte> word = stackalloc byte[8];
        if (stream.ReadAtLeast(word, 8, throwOnEndOfStream: false) < 8)
        {
            return null;
        }
        int length = BinaryPrimitives.ReadInt32BigEndian(word);
        if (length < 0 || (stream.CanSeek && length > stream.Length - stream.Position))
        {
            return null;
        }
        byte[] data = new byte[length];
        uint crc = Update(uint.MaxValue, word[4..]);
        string type = Encoding.ASCII.GetString(word[4..]);
        if (stream.ReadAtLeast(data, length, throwOnEndOfStream: false) < length
            || stream.ReadAtLeast(word[..4], 4, throwOnEndOfStream: false) < 4)
        {
            return null;
        }
        crc = Update(crc, data) ^ uint.MaxValue;
        return crc == BinaryPrimitives.ReadUInt32BigEndian(word)
            ? (type, data)
            : throw new FormatException($"The PNG chunk {type} is damaged (wrong checksum).");
    }

    /// <summary>
    /// Reads length and type of a chunk and stops at its data; null at the end of the stream or where the chunk is cut off.
    /// </summary>
    /// <param name="stream">A stream that can seek.</param>
    public static (string Type, int Length)? Peek(Stream stream)
    {
        Span<byte> word = stackalloc byte[8];
        if (stream.ReadAtLeast(word, 8, throwOnEndOfStream: false) < 8)
        {
            return null;
        }
        int length = BinaryPrimitives.ReadInt32BigEndian(word);
        return length < 0 || length + 4L > stream.Length - stream.Position ? null : (Encoding.ASCII.GetString(word[4..]), length);
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte b in data)
        {
            crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        }
        return crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int k = 0; k < 8; k++)
            {
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }
            table[n] = c;
        }
        return table;
    }
}
