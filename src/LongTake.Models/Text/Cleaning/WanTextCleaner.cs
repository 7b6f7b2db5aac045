using System.Text;
using System.Text.RegularExpressions;

namespace LongTake.Models.Text.Cleaning;

/// <summary>
/// What the Wan pipeline does to a prompt before it is tokenised (spec wan-model, section 4.4): ftfy's fixes, HTML
/// references resolved twice, white space collapsed. No lower-casing. ftfy's repair of wrongly decoded text ("mojibake")
/// is left out: it guesses, and proper Unicode text passes it unchanged.
/// </summary>
public static partial class WanTextCleaner
{
    /// <summary>Cleans a prompt. The result has no leading, trailing or repeated white space and no lone surrogates.</summary>
    public static string Clean(string text)
    {
        string cleaned = HtmlEntities.Unescape(HtmlEntities.Unescape(FixText(text)));
        return CollapseWhitespace(cleaned);
    }

    /// <summary>ftfy's <c>fix_text</c> with default options, for text that needs no repair of its encoding.</summary>
    internal static string FixText(string text)
    {
        StringBuilder output = new(text.Length);
        bool unescape = true;
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start) + 1;
            end = end == 0 ? text.Length : end;
            string line = text[start..end];

            // Text with a tag is taken for real HTML, from there on.
            unescape &= !line.Contains('<', StringComparison.Ordinal);
            output.Append(FixLine(line, unescape));
            start = end;
        }
        return output.ToString();
    }

    private static string FixLine(string line, bool unescape)
    {
        while (true)
        {
            string before = line;
            line = unescape ? HtmlEntities.UnescapeComplete(line) : line;
            line = ReplaceCharacters(line);
            line = CharacterWidth.ToStandard(line);
            line = UncurlQuotes(line);
            line = line.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace('\u2028', '\n').Replace('\u2029', '\n');
            line = FixSurrogates(line);
            line = TerminalEscape().Replace(line, "");
            line = RemoveControls(line);
            line = CanonicalComposition.Normalize(line);
            if (line == before)
            {
                return line;
            }
        }
    }

    // C1 controls are Windows-1252 characters that lost their code page; ligatures come apart.
    private static string ReplaceCharacters(string text)
    {
        StringBuilder? output = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            string? replacement = c switch
            {
                < '\u0080' => null,
                <= '\u009F' when HtmlEntities.FromC1(c) != c => HtmlEntities.FromC1(c).ToString(),
                '\u0132' => "IJ",
                '\u0133' => "ij",
                '\u0149' => "\u02BCn",
                '\u01C4' => "D\u017D",
                '\u01C5' => "D\u017E",
                '\u01C6' => "d\u017E",
                '\u01C7' => "LJ",
                '\u01C8' => "Lj",
                '\u01C9' => "lj",
                '\u01CA' => "NJ",
                '\u01CB' => "Nj",
                '\u01CC' => "nj",
                '\u01F1' => "DZ",
                '\u01F2' => "Dz",
                '\u01F3' => "dz",
                '\uFB00' => "ff",
                '\uFB01' => "fi",
                '\uFB02' => "fl",
                '\uFB03' => "ffi",
                '\uFB04' => "ffl",
                '\uFB05' => "\u017Ft",
                '\uFB06' => "st",
                _ => null,
            };
            if (replacement is not null)
            {
                output ??= new StringBuilder(text, 0, i, text.Length + 8);
                output.Append(replacement);
            }
            else
            {
                output?.Append(c);
            }
        }
        return output?.ToString() ?? text;
    }

    private static string UncurlQuotes(string text) => Map(text, static c => c switch
    {
        '\u02BC' or >= '\u2018' and <= '\u201B' => '\'',
        >= '\u201C' and <= '\u201F' => '"',
        _ => c,
    });

    private static string FixSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0
        ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string RemoveControls(string text) => Map(text, static c => c switch
    {
        <= '\u0008' or '\u000B' or >= '\u000E' and <= '\u001F' or '\u007F' => null,
        >= '\u206A' and <= '\u206F' or '\uFEFF' or >= '\uFFF9' and <= '\uFFFC' => null,
        _ => c,
    });

    // Python's idea of white space, which has the four separators U+001C to U+001F beside Unicode's.
    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    private static string CollapseWhitespace(string text)
    {
        StringBuilder output = new(text.Length);
        bool pending = false;
        foreach (char c in text)
        {
            if (IsSpace(c))
            {
                pending = output.Length > 0;
                continue;
            }
            if (pending)
            {
                output.Append(' ');
                pending = false;
            }
            output.Append(c);
        }
        return output.ToString();
    }

    // Replaces characters one by one; null removes.
    private static string Map(string text, Func<char, char?> map)
    {
        StringBuilder? output = null;
        for (int i = 0; i < text.Length; i++)
        {
            char? mapped = map(text[i]);
            if (mapped != text[i])
            {
                output ??= new StringBuilder(text, 0, i, text.Length);
            }
            if (output is not null && mapped is char c)
            {
                output.Append(c);
            }
        }
        return output?.ToString() ?? text;
    }

    [GeneratedRegex("\u001B\\[[\\d;]*[a-zA-Z]", RegexOptions.ECMAScript)]
    private static partial Regex TerminalEscape();
}
