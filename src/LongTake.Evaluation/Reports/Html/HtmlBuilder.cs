using System.Buffers;
using System.Text;

namespace LongTake.Evaluation.Reports.Html;

/// <summary>Writes HTML. Whatever is given as text or as an attribute's value is escaped here and nowhere else, so that none is forgotten.</summary>
internal sealed class HtmlBuilder
{
    private static readonly SearchValues<char> Special = SearchValues.Create("&<>\"'");

    private readonly StringBuilder _text = new();

    /// <summary>Opens an element, which ends with the returned scope.</summary>
    public Scope Open(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(name, attributes);
        return new Scope(this, name);
    }

    /// <summary>An element with text in it.</summary>
    public void Leaf(string name, string text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(name, attributes);
        Text(text);
        _text.Append("</").Append(name).Append('>');
    }

    /// <summary>An element without content, such as img.</summary>
    public void Void(string name, params ReadOnlySpan<(string Name, string? Value)> attributes) => Tag(name, attributes);

    /// <summary>An element of a drawing (SVG) without content, which has to be closed.</summary>
    public void Shape(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Tag(name, attributes);
        _text.Insert(_text.Length - 1, '/');
    }

    /// <summary>Text.</summary>
    public void Text(string text) => _text.Append(Escape(text));

    /// <summary>Markup that this program has written itself: styles and scripts.</summary>
    public void Raw(string markup) => _text.Append(markup);

    /// <summary>Starts a new line, for those who read the source.</summary>
    public void Line() => _text.Append('\n');

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Text with everything escaped that means something in HTML; control characters, which it forbids, are left out.</summary>
    internal static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(Special) && !text.Any(char.IsControl))
        {
            return text;
        }
        StringBuilder escaped = new(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                '\n' or '\t' => escaped.Append(c),
                _ when char.IsControl(c) => escaped,
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }

    private void Tag(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach ((string attribute, string? value) in attributes)
        {
            // Without a value there is no attribute; an empty value is one that stands alone.
            if (value is not null)
            {
                _text.Append(' ').Append(attribute);
                if (value.Length > 0)
                {
                    _text.Append("=\"").Append(Escape(value)).Append('"');
                }
            }
        }
        _text.Append('>');
    }

    /// <summary>An open element.</summary>
    internal readonly struct Scope(HtmlBuilder html, string name) : IDisposable
    {
        public void Dispose()
        {
            html._text.Append("</").Append(name).Append('>');
            if (name is "section" or "tr" or "table" or "figure" or "details" or "svg")
            {
                html.Line();
            }
        }
    }
}
