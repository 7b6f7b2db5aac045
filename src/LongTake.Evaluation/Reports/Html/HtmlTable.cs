using System.Text;

namespace LongTake.Evaluation.Reports.Html;

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Note">Smaller lines below it; null for none.</param>
/// <param name="Class">Style classes; null for none.</param>
/// <param name="Hint">What a pointer that rests on it is told; null for nothing.</param>
internal sealed record HtmlCell(string Text, string? Note = null, string? Class = null, string? Hint = null)
{
    /// <summary>Nothing was measured.</summary>
    public static HtmlCell Empty { get; } = new("–", Class: "none");
}

/// <summary>A table with a header row, a name at the beginning of each row, and rows in groups.</summary>
/// <param name="caption">What it shows; read aloud before it.</param>
internal sealed class HtmlTable(string caption)
{
    private readonly List<HtmlCell> _header = [];
    private readonly List<(string? Title, List<(HtmlCell Name, IReadOnlyList<HtmlCell> Cells)> Rows)> _groups = [];

    /// <summary>Adds a column.</summary>
    /// <param name="name">What stands above it.</param>
    /// <param name="note">A smaller line below that; null for none.</param>
    /// <param name="hint">What a pointer that rests on it is told; null for nothing.</param>
    /// <param name="text">Whether it holds text rather than numbers, so that it begins at the left.</param>
    public HtmlTable Column(string name, string? note = null, string? hint = null, bool text = false)
    {
        _header.Add(new HtmlCell(name, note, text ? "text" : null, hint));
        return this;
    }

    /// <summary>Begins a group of rows.</summary>
    /// <param name="title">A row of its own above them; null for none.</param>
    public void Group(string? title = null) => _groups.Add((title, []));

    /// <summary>Adds a row to the last group.</summary>
    /// <exception cref="ArgumentException">It has not one cell for each column but the first.</exception>
    public void Row(HtmlCell name, params IReadOnlyList<HtmlCell> cells)
    {
        if (cells.Count != _header.Count - 1)
        {
            throw new ArgumentException($"A row of {cells.Count + 1} cells does not fit a table of {_header.Count} columns.", nameof(cells));
        }
        if (_groups.Count == 0)
        {
            Group();
        }
        _groups[^1].Rows.Add((name, cells));
    }

    /// <summary>Writes it, in a box of its own that scrolls when the page is narrow.</summary>
    public void Write(HtmlBuilder html)
    {
        // Whoever moves by keyboard can only scroll what takes the focus.
        using HtmlBuilder.Scope box = html.Open("div", ("class", "table"), ("tabindex", "0"), ("role", "group"), ("aria-label", caption));
        using HtmlBuilder.Scope table = html.Open("table");
        html.Leaf("caption", caption);
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            foreach (HtmlCell cell in _header)
            {
                Write(html, "th", cell, "col");
            }
        }
        foreach ((string? title, List<(HtmlCell, IReadOnlyList<HtmlCell>)> rows) in _groups)
        {
            using HtmlBuilder.Scope body = html.Open("tbody", ("class", title is null ? null : "apart"));
            if (title is not null)
            {
                using HtmlBuilder.Scope row = html.Open("tr", ("class", "title"));
                html.Leaf("th", title, ("colspan", $"{_header.Count}"), ("scope", "rowgroup"));
            }
            foreach ((HtmlCell name, IReadOnlyList<HtmlCell> cells) in rows)
            {
                using HtmlBuilder.Scope row = html.Open("tr");
                Write(html, "th", name, "row");
                foreach (HtmlCell cell in cells)
                {
                    Write(html, "td", cell, null);
                }
            }
        }
    }

    /// <summary>The table in Markdown (GitHub's), its caption as a bold line above; groups begin with a bold row.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new($"**{Markdown.Escape(caption)}**\n\n");
        Line(text, _header.Select(Markdown.Cell));
        Line(text, _header.Select((c, i) => i == 0 || c.Class == "text" ? ":---" : "---:"));
        foreach ((string? title, List<(HtmlCell Name, IReadOnlyList<HtmlCell> Cells)> rows) in _groups)
        {
            if (title is not null)
            {
                Line(text, [$"**{Markdown.Escape(title)}**", .. Enumerable.Repeat("", _header.Count - 1)]);
            }
            foreach ((HtmlCell name, IReadOnlyList<HtmlCell> cells) in rows)
            {
                Line(text, cells.Prepend(name).Select(Markdown.Cell));
            }
        }
        return text.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static void Write(HtmlBuilder html, string tag, HtmlCell cell, string? scope)
    {
        using HtmlBuilder.Scope element = html.Open(tag, ("scope", scope), ("class", cell.Class), ("title", cell.Hint));
        html.Text(cell.Text);
        foreach (string line in cell.Note?.Split('\n') ?? [])
        {
            html.Leaf("small", line);
        }
    }
}
