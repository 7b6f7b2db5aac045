using System.Globalization;
using System.Text;

namespace LongTake.Models.Text.Cleaning;

/// <summary>
/// Unicode normalisation form C with the tables of Unicode 14. The runtime's own depends on the system's ICU and does
/// nothing where globalisation is invariant; prompts must become the same ids everywhere.
/// </summary>
internal static class CanonicalComposition
{
    // Hangul syllables are computed: first consonant, vowel, optional last consonant.
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TailCount;

    private static readonly Lazy<Tables> s_tables = new(ReadTables);

    /// <summary>Composes; lone surrogates are left as they are.</summary>
    public static string Normalize(string text)
    {
        // No character below U+0300 composes with its predecessor or changes by itself.
        if (text.AsSpan().IndexOfAnyInRange('\u0300', '\uFFFF') < 0)
        {
            return text;
        }
        List<int> points = [];
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            Decompose(pair ? char.ConvertToUtf32(text[i], text[++i]) : text[i], points);
        }
        Order(points);
        Compose(points);
        StringBuilder output = new(text.Length);
        foreach (int point in points)
        {
            _ = point < 0x10000 ? output.Append((char)point) : output.Append(char.ConvertFromUtf32(point));
        }
        return output.ToString();
    }

    private static int ClassOf(int point) => s_tables.Value.Classes.GetValueOrDefault(point);

    private static void Decompose(int point, List<int> output)
    {
        int syllable = point - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + (syllable / (VowelCount * TailCount)));
            output.Add(VowelBase + (syllable / TailCount % VowelCount));
            if (syllable % TailCount > 0)
            {
                output.Add(TailBase + (syllable % TailCount));
            }
        }
        else if (s_tables.Value.Parts.TryGetValue(point, out int[]? parts))
        {
            foreach (int part in parts)
            {
                Decompose(part, output);
            }
        }
        else
        {
            output.Add(point);
        }
    }

    // Sorts each run of combining marks by class, marks of one class staying in their order.
    private static void Order(List<int> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            int mark = points[i];
            int order = ClassOf(mark);
            int j = i;
            while (order > 0 && j > 0 && ClassOf(points[j - 1]) > order)
            {
                points[j] = points[j - 1];
                j--;
            }
            points[j] = mark;
        }
    }

    private static void Compose(List<int> points)
    {
        int starter = -1;
        int lastClass = 0;
        int count = 0;
        for (int i = 0; i < points.Count; i++)
        {
            int point = points[i];
            int order = ClassOf(point);

            // A mark is blocked from the starter by one of its own or a higher class, a starter by anything between.
            bool free = starter >= 0 && (count == starter + 1 || (lastClass < order && lastClass > 0));
            if (free && ComposePair(points[starter], point) is int composed)
            {
                points[starter] = composed;
                continue;
            }
            if (order == 0)
            {
                starter = count;
            }
            lastClass = order;
            points[count++] = point;
        }
        points.RemoveRange(count, points.Count - count);
    }

    private static int? ComposePair(int first, int second)
    {
        int lead = first - LeadBase;
        int vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            return SyllableBase + (((lead * VowelCount) + vowel) * TailCount);
        }
        int syllable = first - SyllableBase;
        int tail = second - TailBase;
        if (syllable is >= 0 and < SyllableCount && syllable % TailCount == 0 && tail is > 0 and < TailCount)
        {
            return first + tail;
        }
        return s_tables.Value.Pairs.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static Tables ReadTables()
    {
        Tables tables = new([], [], []);
        foreach (string line in EmbeddedData.Lines("unicode-composition.txt"))
        {
            int sign = line.IndexOfAny(['=', '>', '-']);
            int first = Hex(line[..sign]);
            if (line[sign] == '-')
            {
                int colon = line.IndexOf(':', StringComparison.Ordinal);
                int order = int.Parse(line[(colon + 1)..], CultureInfo.InvariantCulture);
                for (int point = first; point <= Hex(line[(sign + 1)..colon]); point++)
                {
                    tables.Classes.Add(point, order);
                }
                continue;
            }
            int[] parts = [.. line[(sign + 1)..].Split(' ').Select(Hex)];
            tables.Parts.Add(first, parts);
            if (line[sign] == '=')
            {
                tables.Pairs.Add((parts[0], parts[1]), first);
            }
        }
        return tables;
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Pairs, Dictionary<int, int> Classes);
}
