using System.Buffers;
using System.Text;

namespace LongTake.Models.Text.SentencePiece;

/// <summary>
/// Brings text into the form that a model's pieces are written in: character rules, spaces as U+2581, the dummy space in
/// front, no spaces too many. Everything is UTF-8, as in the model file.
/// </summary>
/// <param name="settings">The model's rules.</param>
/// <param name="userDefined">Text that passes unchanged; null for none.</param>
/// <param name="whitespaceAsSuffix">Whether the dummy space goes to the end.</param>
internal sealed class TextNormalizer(NormalizerSettings settings, PieceTrie? userDefined, bool whitespaceAsSuffix)
{
    private readonly byte[] _space = settings.EscapeWhitespace ? [0xE2, 0x96, 0x81] : [(byte)' '];

    /// <summary>Normalises valid UTF-8.</summary>
    public byte[] Normalize(ReadOnlySpan<byte> text)
    {
        bool trim = settings.RemoveExtraWhitespace;
        while (trim && !text.IsEmpty)
        {
            int length = NextPrefix(text, out ReadOnlySpan<byte> first);
            if (!first.SequenceEqual(" "u8))
            {
                break;
            }
            text = text[length..];
        }
        if (text.IsEmpty)
        {
            return [];
        }
        ArrayBufferWriter<byte> output = new(text.Length + (text.Length / 2) + 8);
        if (settings.AddDummyPrefix && !whitespaceAsSuffix)
        {
            output.Write(_space);
        }
        bool afterSpace = trim;
        while (!text.IsEmpty)
        {
            int length = NextPrefix(text, out ReadOnlySpan<byte> part);
            text = text[length..];
            if (afterSpace)
            {
                part = part.TrimStart((byte)' ');
            }
            if (!part.IsEmpty)
            {
                Append(output, part);
                afterSpace = trim && part[^1] == ' ';
            }
        }
        ReadOnlySpan<byte> result = output.WrittenSpan;
        while (trim && result.EndsWith(_space))
        {
            result = result[..^_space.Length];
        }
        return settings.AddDummyPrefix && whitespaceAsSuffix ? [.. result, .. _space] : result.ToArray();
    }

    // How many bytes of the text the next rule takes, and what they become.
    private int NextPrefix(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> normalized)
    {
        int length = userDefined?.MatchLongest(text) ?? 0;
        if (length > 0)
        {
            normalized = text[..length];
            return length;
        }
        if (settings.CharacterMap is CharacterMap map && (length = map.MatchLongest(text, out normalized)) > 0)
        {
            return length;
        }
        _ = Rune.DecodeFromUtf8(text, out _, out length);
        normalized = text[..length];
        return length;
    }

    private void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> part)
    {
        while (!part.IsEmpty)
        {
            int space = part.IndexOf((byte)' ');
            output.Write(space < 0 ? part : part[..space]);
            if (space < 0)
            {
                return;
            }
            output.Write(_space);
            part = part[(space + 1)..];
        }
    }
}
