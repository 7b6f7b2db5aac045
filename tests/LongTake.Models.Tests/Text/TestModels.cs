using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using LongTake.Models.Text.SentencePiece;

namespace LongTake.Models.Tests.Text;

/// <summary>Small SentencePiece models made on the spot.</summary>
internal static class TestModels
{
    /// <summary>A model of a few words, as the Shapes world has one.</summary>
    public static byte[] Words() => SentencePieceModelWriter.ToBytes(
        SentencePieceModelWriter.ClosedVocabulary(["a", "red", "blue", "circle", "moves", "left", "then"], [",", "."]));

    public static SentencePieceTokenizer WordTokenizer() => SentencePieceTokenizer.Read(Words(), "words");

    /// <summary>A field of a protobuf message, whose value is written by <paramref name="write"/>.</summary>
    public static byte[] Message(int field, Action<CodedOutputStream> write)
    {
        byte[] body = Bytes(write);
        return Bytes(o =>
        {
            o.WriteTag(field, WireFormat.WireType.LengthDelimited);
            o.WriteBytes(ByteString.CopyFrom(body));
        });
    }

    public static byte[] Piece(string text, float score, PieceType type) => Message(1, o =>
    {
        o.WriteTag(1, WireFormat.WireType.LengthDelimited);
        o.WriteString(text);
        o.WriteTag(2, WireFormat.WireType.Fixed32);
        o.WriteFloat(score);
        o.WriteTag(3, WireFormat.WireType.Varint);
        o.WriteInt32((int)type);
    });

    public static byte[] Integers(int field, params (int Field, int Value)[] values) => Message(field, o =>
    {
        foreach ((int number, int value) in values)
        {
            o.WriteTag(number, WireFormat.WireType.Varint);
            o.WriteInt32(value);
        }
    });

    public static byte[] Normalizer(int field, byte[] map, bool dummyPrefix, bool removeSpaces) => Message(field, o =>
    {
        o.WriteTag(2, WireFormat.WireType.LengthDelimited);
        o.WriteBytes(ByteString.CopyFrom(map));
        o.WriteTag(3, WireFormat.WireType.Varint);
        o.WriteBool(dummyPrefix);
        o.WriteTag(4, WireFormat.WireType.Varint);
        o.WriteBool(removeSpaces);
    });

    /// <summary>
    /// Precompiled rules in the file's format: a double-array trie in which every node's children have 256 units of their own.
    /// </summary>
    public static byte[] CharacterRules(params (string From, string To)[] rules)
    {
        List<byte> strings = [];
        List<uint> units = [];
        Dictionary<string, int> bases = [];

        int BaseOf(string prefix)
        {
            if (!bases.TryGetValue(prefix, out int start))
            {
                // The first block belongs to the root unit alone; a free unit carries a label that no byte has there.
                bases[prefix] = start = 256 * (bases.Count + 1);
                while (units.Count < start + 256)
                {
                    units.Add((uint)(units.Count + 1) & 0xFF);
                }
            }
            return start;
        }

        units.AddRange(Enumerable.Range(1, 256).Select(i => (uint)i & 0xFF));
        units[0] = (uint)BaseOf("") << 10;
        foreach ((string from, string to) in rules)
        {
            byte[] key = Encoding.UTF8.GetBytes(from);
            for (int i = 0; i < key.Length; i++)
            {
                int node = BaseOf(Convert.ToHexString(key[..i])) ^ key[i];
                int next = BaseOf(Convert.ToHexString(key[..(i + 1)]));
                units[node] = ((uint)(node ^ next) << 10) | (units[node] & 0x100) | key[i];
                if (i == key.Length - 1)
                {
                    units[node] |= 0x100;
                    units[next] = 0x80000000 | (uint)strings.Count;
                }
            }
            strings.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }
        byte[] blob = new byte[4 + (4 * units.Count) + strings.Count];
        BinaryPrimitives.WriteInt32LittleEndian(blob, 4 * units.Count);
        for (int i = 0; i < units.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4 + (4 * i)), units[i]);
        }
        strings.CopyTo(blob, 4 + (4 * units.Count));
        return blob;
    }

    private static byte[] Bytes(Action<CodedOutputStream> write)
    {
        using MemoryStream stream = new();
        CodedOutputStream output = new(stream);
        write(output);
        output.Flush();
        return stream.ToArray();
    }
}
