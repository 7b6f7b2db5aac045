namespace LongTake.Evaluation.Shapes;

/// <summary>Which words a caption uses where the grammar has alternatives.</summary>
public enum CaptionWording
{
    /// <summary>The canonical words: small, large, moves, checkerboard, dots.</summary>
    Canonical,

    /// <summary>A training paraphrase: tiny, big, drifts, checks, spots.</summary>
    Drifts,

    /// <summary>A training paraphrase: tiny, big, glides, checks, spots.</summary>
    Glides,

    /// <summary>Words that no training caption uses: little, huge, slides, polka dots.</summary>
    TestOnly,
}

/// <summary>The words of the caption grammar, shared by writer and parser. Source: spec/benchmarks.md section 4.4.</summary>
internal static class CaptionWords
{
    /// <summary>Size words by size; the column is the wording.</summary>
    public static readonly string[][] Sizes = [["small", "tiny", "tiny", "little"], ["large", "big", "big", "huge"]];

    /// <summary>The verb of a drift; the column is the wording.</summary>
    public static readonly string[] Moves = ["moves", "drifts", "glides", "slides"];

    /// <summary>Speed words by speed.</summary>
    public static readonly string[] Speeds = ["slowly", "quickly"];

    /// <summary>Where a drift goes, by kind from <see cref="MotionKind.Right"/>.</summary>
    public static readonly string[] Directions = ["to the right", "to the left", "upward", "downward"];

    /// <summary>Texture words in a wording.</summary>
    public static string Texture(int texture, CaptionWording wording) => (texture, wording) switch
    {
        (4, CaptionWording.Drifts or CaptionWording.Glides) => "checks",
        (5, CaptionWording.Drifts or CaptionWording.Glides) => "spots",
        (5, CaptionWording.TestOnly) => "polka dots",
        _ => ShapesWorld.TextureNames[texture],
    };

    /// <summary>Every word of every wording and form, sorted; the full stop is a token of its own and not among them.</summary>
    public static IReadOnlyList<string> Vocabulary { get; } = CollectVocabulary();

    private static string[] CollectVocabulary()
    {
        SortedSet<string> words = new(StringComparer.Ordinal);
        IEnumerable<string> phrases =
        [
            .. ShapesWorld.ShapeNames, .. ShapesWorld.ColourNames, .. ShapesWorld.PaletteNames, .. ShapesWorld.TextureNames,
            .. Sizes.SelectMany(s => s), .. Moves, .. Speeds, .. Directions, "checks", "spots", "polka dots",
            "a with a white dot", "a with a black dot", "on a background of", "it then and again now",
            "stays still", "circles clockwise", "circles counter-clockwise", "shakes from side to side", "bobs up and down",
            "the background becomes", "it turns", "it grows", "it shrinks", "it gains", "it loses its dot",
        ];
        foreach (string phrase in phrases)
        {
            words.UnionWith(phrase.Split(' '));
        }
        return [.. words];
    }
}
