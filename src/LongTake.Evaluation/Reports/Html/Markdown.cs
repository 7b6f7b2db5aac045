namespace LongTake.Evaluation.Reports.Html;

/// <summary>Text and cells in Markdown.</summary>
internal static class Markdown
{
    /// <summary>Text with everything escaped that means something in Markdown, in tables too.</summary>
    public static string Escape(string text)
    {
        string escaped = HtmlBuilder.Escape(text.ReplaceLineEndings(" "));
        foreach (string special in (string[])["\\", "|", "*", "_", "`", "[", "]"])
        {
            escaped = escaped.Replace(special, "\\" + special, StringComparison.Ordinal);
        }
        return escaped;
    }

    /// <summary>A cell: its text, bold for the best, and the lines below it.</summary>
    public static string Cell(HtmlCell cell)
    {
        string text = Escape(cell.Text);
        bool best = cell.Class?.Split(' ').Contains("best") ?? false;
        return string.Join("<br>", (cell.Note?.Split('\n') ?? []).Select(Escape).Prepend(best ? $"**{text}**" : text));
    }
}
