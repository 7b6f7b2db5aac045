namespace LongTake.Generation.Video;

/// <summary>A 5x7 font for labels on contact sheets: printable ASCII, five columns per character, the lowest bit on top.</summary>
internal static class BitmapFont
{
    /// <summary>Pixels from one character to the next at scale 1.</summary>
    public const int Advance = 6;

    /// <summary>Pixels from one line to the next at scale 1.</summary>
    public const int LineHeight = 9;

    private const int GlyphWidth = 5;
    private const char First = ' ';

    // One row per eight characters, beginning with the space.
    private const string Columns =
        "0000000000 00005F0000 0007000700 147F147F14 242A7F2A12 2313086462 3649552250 0005030000 "
        + "001C224100 0041221C00 14083E0814 08083E0808 0050300000 0808080808 0060600000 2010080402 "
        + "3E5149453E 00427F4000 4261514946 2141454B31 1814127F10 2745454539 3C4A494930 0171090503 "
        + "3649494936 064949291E 0036360000 0056360000 0814224100 1414141414 0041221408 0201510906 "
        + "324979413E 7E1111117E 7F49494936 3E41414122 7F4141221C 7F49494941 7F09090901 3E4149497A "
        + "7F0808087F 00417F4100 2040413F01 7F08142241 7F40404040 7F020C027F 7F0408107F 3E4141413E "
        + "7F09090906 3E4151215E 7F09192946 4649494931 01017F0101 3F4040403F 1F2040201F 3F4038403F "
        + "6314081463 0708700807 6151494543 007F414100 0204081020 0041417F00 0402010204 4040404040 "
        + "0001020400 2054545478 7F48444438 3844444420 384444487F 3854545418 087E090102 18A4A4A47C "
        + "7F08040478 00447D4000 4080847D00 7F10284400 00417F4000 7C04180478 7C08040478 3844444438 "
        + "FC24242418 18242424FC 7C08040408 4854545420 043F444020 3C4040207C 1C2040201C 3C4030403C "
        + "4428102844 1CA0A0A07C 4464544C44 0008364100 00007F0000 0041360800 0804081008";

    private static readonly byte[] Glyphs = Convert.FromHexString(Columns.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Draws a line of text; characters without a glyph become question marks.</summary>
    public static void Draw(RgbImage image, int left, int top, string text, int scale, byte level)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int index = text[i] - First;
            if ((uint)index >= Glyphs.Length / GlyphWidth)
            {
                index = '?' - First;
            }
            for (int column = 0; column < GlyphWidth; column++)
            {
                int bits = Glyphs[index * GlyphWidth + column];
                for (int row = 0; row < 8; row++)
                {
                    if ((bits >> row & 1) != 0)
                    {
                        Fill(image, left + (i * Advance + column) * scale, top + row * scale, scale, level);
                    }
                }
            }
        }
    }

    /// <summary>Breaks a text at spaces into lines of at most so many characters; longer words are cut.</summary>
    public static List<string> Wrap(string text, int characters)
    {
        List<string> lines = [];
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length > characters)
            {
                lines.Add(line);
                line = "";
            }
            while (rest.Length > characters)
            {
                lines.Add(rest[..characters]);
                rest = rest[characters..];
            }
            line = line.Length == 0 ? rest : $"{line} {rest}";
        }
        if (line.Length > 0)
        {
            lines.Add(line);
        }
        return lines;
    }

    private static void Fill(RgbImage image, int left, int top, int size, byte level)
    {
        for (int y = Math.Max(0, top); y < Math.Min(image.Height, top + size); y++)
        {
            for (int x = Math.Max(0, left); x < Math.Min(image.Width, left + size); x++)
            {
                image.Pixels.AsSpan((y * image.Width + x) * 3, 3).Fill(level);
            }
        }
    }
}
