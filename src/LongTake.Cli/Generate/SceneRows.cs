using Spectre.Console;
using Spectre.Console.Rendering;

namespace LongTake.Cli.Generate;

/// <summary>The scenes around the one in work, a line each, cut off at the edge of the terminal; the one in work stands out.</summary>
/// <param name="scenes">The scenes.</param>
/// <param name="chunk">The chunk in work.</param>
internal sealed class SceneRows(SceneList scenes, long chunk) : Renderable
{
    private const string Ellipsis = "...";

    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach ((string text, bool inWork) in scenes.Rows(chunk))
        {
            yield return new Segment(Fit(text, maxWidth), inWork ? new Style(decoration: Decoration.Bold) : new Style(decoration: Decoration.Dim));
            yield return Segment.LineBreak;
        }
    }

    private static string Fit(string text, int width) =>
        text.Length <= width ? text : width <= Ellipsis.Length ? text[..width] : string.Concat(text.AsSpan(0, width - Ellipsis.Length), Ellipsis);
}
