using System.Globalization;
using System.Text;

namespace LongTake.Models.Text.Cleaning;

/// <summary>
/// Character references of HTML 5, resolved in two ways that the Wan pipeline applies one after the other: the careful one
/// of ftfy (complete references with a semicolon only) and the lenient one of Python's <c>html.unescape</c>.
/// </summary>
internal static class HtmlEntities
{
    private const int LongestReference = 24;
    private const int LongestLenientName = 32;

    // What the standard makes of numbers 0x80 to 0x9F: Windows-1252, with the five holes of that code page kept.
    private const string Windows1252 =
        "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F"
        + "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    private static readonly Lazy<(Dictionary<string, string> Names, Dictionary<string, string> Capitals)> s_tables = new(ReadTables);

    /// <summary>The Windows-1252 character of a C1 control, U+0080 to U+009F; the five undefined ones stay.</summary>
    public static char FromC1(char control) => Windows1252[control - 0x80];

    /// <summary>ftfy's way: <c>&amp;name;</c> and <c>&amp;#1234;</c>, nothing that lacks its semicolon.</summary>
    public static string UnescapeComplete(string text)
    {
        int start = text.IndexOf('&', StringComparison.Ordinal);
        if (start < 0)
        {
            return text;
        }
        StringBuilder output = new(text.Length);
        int done = 0;
        for (; start >= 0; start = start + 1 < text.Length ? text.IndexOf('&', start + 1) : -1)
        {
            int end = start + 1;
            end += end < text.Length && text[end] == '#' ? 1 : 0;
            int first = end;
            while (end < text.Length && end - first < LongestReference && char.IsAsciiLetterOrDigit(text[end]))
            {
                end++;
            }
            if (end == first || end == text.Length || text[end] != ';')
            {
                continue;
            }
            string? replacement = text[start + 1] == '#' ? Number(text, start + 2, out int stop) is string s && stop == end + 1 ? s : null
                : Names.GetValueOrDefault(text[(start + 1)..(end + 1)]) ?? s_tables.Value.Capitals.GetValueOrDefault(text[(start + 1)..(end + 1)]);
            if (replacement is not null)
            {
                output.Append(text, done, start - done).Append(replacement);
                done = end + 1;
            }
        }
        return output.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>The way of Python's <c>html.unescape</c>: semicolons may be missing, and the longest known name wins.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('&', StringComparison.Ordinal))
        {
            return text;
        }
        StringBuilder output = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            if (text[i] != '&')
            {
                output.Append(text[i++]);
                continue;
            }
            int stop = i + 1;
            string? replacement = stop < text.Length && text[stop] == '#' ? Number(text, i + 2, out stop) : Name(text, i + 1, out stop);
            output.Append(replacement ?? "&");
            i = replacement is null ? i + 1 : stop;
        }
        return output.ToString();
    }

    private static Dictionary<string, string> Names => s_tables.Value.Names;

    private static string? Name(string text, int start, out int stop)
    {
        int end = start;
        while (end < text.Length && end - start < LongestLenientName && text[end] is not ('\t' or '\n' or '\f' or ' ' or '<' or '&' or '#' or ';'))
        {
            end++;
        }
        end += end < text.Length && end > start && text[end] == ';' ? 1 : 0;
        for (stop = end; stop - start > 1; stop--)
        {
            if (Names.TryGetValue(text[start..stop], out string? value))
            {
                return value;
            }
        }
        return null;
    }

    // A numeric reference whose digits (or x) begin at start; null if there are none. The semicolon may be missing.
    private static string? Number(string text, int start, out int stop)
    {
        bool hex = start < text.Length && text[start] is 'x' or 'X';
        int first = hex ? start + 1 : start;
        int value = 0;
        for (stop = first; stop < text.Length && (hex ? char.IsAsciiHexDigit(text[stop]) : char.IsAsciiDigit(text[stop])); stop++)
        {
            // Larger than any code point is all that needs to be known.
            value = Math.Min((value * (hex ? 16 : 10)) + Convert.ToInt32(text[stop].ToString(), 16), 0x110000);
        }
        if (stop == first)
        {
            return null;
        }
        stop += stop < text.Length && text[stop] == ';' ? 1 : 0;
        return value switch
        {
            0 or >= 0xD800 and <= 0xDFFF or > 0x10FFFF => "\uFFFD",
            0x0D => "\r",
            >= 0x80 and <= 0x9F => Windows1252[value - 0x80].ToString(),
            < 0x09 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or >= 0xFDD0 and <= 0xFDEF => "",
            _ when (value & 0xFFFE) == 0xFFFE => "",
            _ => char.ConvertFromUtf32(value),
        };
    }

    private static (Dictionary<string, string> Names, Dictionary<string, string> Capitals) ReadTables()
    {
        Dictionary<string, string> names = [];
        Dictionary<string, string> capitals = [];
        foreach (string line in EmbeddedData.Lines("html-entities.txt"))
        {
            string[] parts = line.Split(' ');
            string value = string.Concat(parts.Skip(1).Select(p => char.ConvertFromUtf32(int.Parse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
            if (parts[0][0] == '^')
            {
                capitals.Add(parts[0][1..], value);
            }
            else
            {
                names.Add(parts[0], value);
            }
        }
        return (names, capitals);
    }
}
