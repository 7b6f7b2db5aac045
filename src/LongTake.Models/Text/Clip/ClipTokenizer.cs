using System.Globalization;
using System.Text;
using LongTake.Models.Text.Cleaning;

namespace LongTake.Models.Text.Clip;

/// <summary>
/// From text to the token ids of CLIP: cleaned, lower-cased, cut into words, each word into byte pairs, between start and end. Immutable:
/// may be used from several threads. Source: spec metric-models, section 2.5.
/// </summary>
/// <param name="vocabulary">The byte pairs.</param>
/// <param name="contextLength">Longest result, start and end included; longer texts are cut off.</param>
public sealed class ClipTokenizer(ClipVocabulary vocabulary, int contextLength = 77)
{
    private const string StartText = "<|startoftext|>";
    private const string EndText = "<|endoftext|>";

    // In the order in which they are tried.
    private static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>The byte pairs.</summary>
    public ClipVocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Longest result, start and end included.</summary>
    public int ContextLength { get; } = contextLength >= 2
        ? contextLength
        : throw new ArgumentOutOfRangeException(nameof(contextLength), contextLength, "A text has at least a start and an end.");

    /// <summary>The ids of a text with start and end, without padding; the last of a text that is cut off is the end, too.</summary>
    public int[] Encode(string text)
    {
        List<int> ids = EncodeWhole(text);
        if (ids.Count > ContextLength)
        {
            ids.RemoveRange(ContextLength, ids.Count - ContextLength);
            ids[^1] = Vocabulary.EndId;
        }
        return [.. ids];
    }

    /// <summary>Whether a text is too long to be used whole.</summary>
    public bool IsTruncated(string text) => EncodeWhole(text).Count > ContextLength;

    /// <summary>The words of a cleaned, lower-cased text: contractions, runs of letters, single digits, runs of anything else.</summary>
    internal static IEnumerable<string> Words(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = EndOfWord(text, start);
            if (end == start)
            {
                // White space parts words and belongs to none.
                start++;
                continue;
            }
            yield return text[start..end];
            start = end;
        }
    }

    private List<int> EncodeWhole(string text)
    {
        List<int> ids = [Vocabulary.StartId];
        foreach (string word in Words(WanTextCleaner.Clean(text).ToLowerInvariant()))
        {
            switch (word)
            {
                case StartText:
                    ids.Add(Vocabulary.StartId);
                    break;
                case EndText:
                    ids.Add(Vocabulary.EndId);
                    break;
                default:
                    ids.AddRange(Vocabulary.Encode(Encoding.UTF8.GetBytes(word)));
                    break;
            }
        }
        ids.Add(Vocabulary.EndId);
        return ids;
    }

    private static int EndOfWord(string text, int start)
    {
        ReadOnlySpan<char> rest = text.AsSpan(start);
        foreach (string special in (ReadOnlySpan<string>)[StartText, EndText])
        {
            if (rest.StartsWith(special, StringComparison.Ordinal))
            {
                return start + special.Length;
            }
        }
        foreach (string contraction in s_contractions)
        {
            if (rest.StartsWith(contraction, StringComparison.Ordinal))
            {
                return start + contraction.Length;
            }
        }
        Kind kind = KindAt(text, start, out int length);
        if (kind == Kind.Space)
        {
            return start;
        }
        int end = start + length;
        while (kind != Kind.Number && end < text.Length && KindAt(text, end, out length) == kind)
        {
            end += length;
        }
        return end;
    }

    private static Kind KindAt(string text, int index, out int length)
    {
        // The cleaned text has no lone surrogates.
        Rune rune = Rune.GetRuneAt(text, index);
        length = rune.Utf16SequenceLength;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other,
        };
    }

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }
}
