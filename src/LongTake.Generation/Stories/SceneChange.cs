using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Stories;

/// <summary>
/// How a scene takes over from the one before: <c>keep</c>, <c>recache</c>, <c>flush</c>, <c>cut</c> or <c>blend 4c</c>; by default as the
/// method does. Source: autoregressive-streaming.md 6.3 and 7 (re-cache, flush, cut).
/// </summary>
public readonly record struct SceneChange
{
    private const string BlendWord = "blend";
    private const double Rounding = 1e-6;

    private SceneChange(SceneChangeKind kind, StoryTime length = default)
    {
        Kind = kind;
        Length = length;
    }

    /// <summary>As the method does; the default.</summary>
    public static SceneChange Method => default;

    /// <summary>The context stays as it is.</summary>
    public static SceneChange Keep { get; } = new(SceneChangeKind.Keep);

    /// <summary>The context is computed anew under the new prompt.</summary>
    public static SceneChange Recache { get; } = new(SceneChangeKind.Recache);

    /// <summary>All but the first and the newest frames are forgotten.</summary>
    public static SceneChange Flush { get; } = new(SceneChangeKind.Flush);

    /// <summary>A hard cut; only methods with relative positions know it.</summary>
    public static SceneChange Cut { get; } = new(SceneChangeKind.Cut);

    /// <summary>What scenes can be written with, for messages.</summary>
    public static string Names => "keep, recache, flush, cut and blend 4c";

    /// <summary>Which way.</summary>
    public SceneChangeKind Kind { get; }

    /// <summary>Of a blend, how long it takes; 0 otherwise.</summary>
    public StoryTime Length { get; }

    /// <summary>
    /// The text features go over from the old prompt's to the new one's, linearly: of N chunks, chunk j has j/N of the new prompt.
    /// </summary>
    /// <param name="length">How long, more than nothing; rounded up to whole chunks.</param>
    /// <exception cref="StoryException">It is nothing.</exception>
    public static SceneChange Blend(StoryTime length) => length.Value > 0
        ? new SceneChange(SceneChangeKind.Blend, length)
        : throw new StoryException($"A blend of {length} is none; it takes at least a chunk, like blend 4c.");

    /// <summary>Reads <c>keep</c>, <c>recache</c>, <c>flush</c>, <c>cut</c> or <c>blend 4c</c> (<c>blend 3s</c>, <c>blend 48f</c>).</summary>
    /// <returns>False if the text is none of these.</returns>
    /// <exception cref="StoryException">It is a blend whose length is none.</exception>
    public static bool TryParse(string text, out SceneChange change)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        change = Method;
        if (words is [string first, ..] && first.Equals(BlendWord, StringComparison.OrdinalIgnoreCase))
        {
            change = words.Length == 2
                ? Blend(StoryTime.Parse(words[1]))
                : throw new StoryException($"'{text.Trim()}' says not how long to blend; write blend 4c (chunks) or blend 3s.");
            return true;
        }
        change = words is [string word] ? word.ToLowerInvariant() switch
        {
            "keep" => Keep,
            "recache" => Recache,
            "flush" => Flush,
            "cut" => Cut,
            _ => Method,
        } : Method;
        return change != Method;
    }

    /// <summary>As <see cref="TryParse"/>, where there is nothing else that it could be.</summary>
    /// <exception cref="StoryException">The text is no change of scene; the message lists what there is.</exception>
    public static SceneChange Parse(string text) => TryParse(text, out SceneChange change)
        ? change
        : throw new StoryException($"'{text.Trim()}' is no change of scene; there are {Names}.");

    /// <summary>As it is written; empty for the method's own.</summary>
    public override string ToString() => Kind switch
    {
        SceneChangeKind.Method => string.Empty,
        SceneChangeKind.Blend => $"{BlendWord} {Length}",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Chunks of a blend, at least 1; 0 for anything else.</summary>
    internal int BlendChunks(double frameRate, int chunkFrames)
    {
        if (Kind != SceneChangeKind.Blend)
        {
            return 0;
        }
        double chunks = Length.Unit == StoryUnit.Chunks
            ? Length.Value
            : Length.Value * (Length.Unit == StoryUnit.Seconds ? frameRate : 1) / (VideoTime.FramesPerLatent * chunkFrames);
        return Math.Max(1, (int)Math.Min(int.MaxValue, Math.Ceiling(chunks - Rounding)));
    }
}
