using System.Buffers.Binary;
using System.Collections;
using LongTake.Tensors.Files;

namespace LongTake.Models.Text.SentencePiece;

/// <summary>
/// The precompiled character rules of a model file: UTF-8 prefixes and what they become. The format is a 32-bit length, a
/// double-array trie (Darts) of that many bytes, and the replacement strings, each ended by a zero byte; a leaf of the
/// trie holds the offset of its string.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _strings;

    private CharacterMap(uint[] units, byte[] strings)
    {
        _units = units;
        _strings = strings;
    }

    /// <summary>Reads the rules and checks that no path of the trie leaves them.</summary>
    /// <exception cref="CheckpointException">They are damaged.</exception>
    public static CharacterMap Read(ReadOnlySpan<byte> blob, string file)
    {
        if (blob.Length < 8)
        {
            throw Damaged(file, "they are too short");
        }
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(blob);
        if (size < 4 || size % 4 != 0 || size >= (uint)(blob.Length - 4))
        {
            throw Damaged(file, $"the trie is said to take {size} of {blob.Length - 4} bytes");
        }
        uint[] units = new uint[size / 4];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        }
        byte[] strings = blob[(4 + (int)size)..].ToArray();
        if (strings[^1] != 0)
        {
            throw Damaged(file, "the last replacement has no end");
        }
        CharacterMap map = new(units, strings);
        map.Check(file);
        return map;
    }

    /// <summary>Rules in the file's format that make small letters of A to Z and leave all else alone.</summary>
    public static byte[] LowerCase()
    {
        // One block for the root's children, one for their leaves; a mark that is no label in every unused place.
        const uint Children = 256, Leaves = 512, Unused = 1u << 31;
        uint[] units = new uint[768];
        Array.Fill(units, Unused);
        units[0] = Children << 10;
        List<byte> strings = [];
        for (uint letter = 'A'; letter <= 'Z'; letter++)
        {
            uint node = Children ^ letter, leaf = Leaves ^ letter;
            units[node] = ((node ^ leaf) << 10) | (1u << 8) | letter;
            units[leaf] = Unused | (uint)strings.Count;
            strings.Add((byte)(letter + ('a' - 'A')));
            strings.Add(0);
        }
        byte[] blob = new byte[4 + (4 * units.Length) + strings.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(blob, (uint)(4 * units.Length));
        for (int i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4 + (4 * i)), units[i]);
        }
        strings.CopyTo(blob, 4 + (4 * units.Length));
        return blob;
    }

    /// <summary>The longest rule that <paramref name="text"/> starts with.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="replacement">What the prefix becomes, possibly nothing.</param>
    /// <returns>Length of the prefix; 0 if no rule matches.</returns>
    public int MatchLongest(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        int longest = 0;
        uint value = 0;
        uint node = Offset(_units[0]);
        for (int i = 0; i < text.Length; i++)
        {
            node ^= text[i];
            uint unit = _units[node];
            if (Label(unit) != text[i])
            {
                break;
            }
            node ^= Offset(unit);
            if (HasLeaf(unit))
            {
                longest = i + 1;
                value = Value(_units[node]);
            }
        }
        if (longest == 0)
        {
            replacement = default;
            return 0;
        }
        ReadOnlySpan<byte> rest = _strings.AsSpan((int)value);
        replacement = rest[..rest.IndexOf((byte)0)];
        return longest;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    // The top bit is set in leaves only, so that none passes for a label.
    private static uint Label(uint unit) => unit & ((1u << 31) | 0xFF);

    private static bool HasLeaf(uint unit) => ((unit >> 8) & 1) == 1;

    private static uint Value(uint unit) => unit & 0x7FFFFFFF;

    private static CheckpointException Damaged(string file, string how) =>
        new($"'{file}' is a damaged SentencePiece model: its normalisation rules cannot be read ({how}). Fetch the file again.");

    // Visits every node that a text can lead to, so that MatchLongest needs no checks and cannot fail later.
    private void Check(string file)
    {
        BitArray seen = new(_units.Length);
        Stack<uint> bases = new();
        bases.Push(Offset(_units[0]));
        while (bases.TryPop(out uint start))
        {
            // The 256 children of a node lie in one aligned block.
            if ((start | 0xFF) >= (uint)_units.Length)
            {
                throw Damaged(file, "a branch leads outside the trie");
            }
            for (uint label = 0; label < 256; label++)
            {
                uint node = start ^ label;
                uint unit = _units[node];
                if (Label(unit) != label || seen[(int)node])
                {
                    continue;
                }
                seen[(int)node] = true;
                uint next = node ^ Offset(unit);
                if (HasLeaf(unit) && (next >= (uint)_units.Length || Value(_units[next]) >= (uint)_strings.Length))
                {
                    throw Damaged(file, "a rule leads outside the replacements");
                }
                bases.Push(next);
            }
        }
    }
}
