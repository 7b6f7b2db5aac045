using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace LongTake.Generation.Stories;

/// <summary>
/// Stories in YAML:
/// <code>
/// length: 18s
/// scenes:
///   - prompt: A red circle rolls over sand.
///   - prompt: A green square spins over grass.
///     start: 6s
///     change: blend 4c
/// </code>
/// <c>change</c> is a <see cref="SceneChange"/>; <c>cut: true</c> is short for <c>change: cut</c>.
/// </summary>
internal static class YamlStory
{
    /// <summary>Reads a story.</summary>
    /// <exception cref="StoryException">It is no story.</exception>
    public static Story Parse(string text)
    {
        Document? document;
        try
        {
            IDeserializer reader = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build();
            document = reader.Deserialize<Document>(text);
        }
        catch (YamlException e)
        {
            string reason = (e.InnerException?.Message ?? e.Message).ReplaceLineEndings(" ");
            throw new StoryException(
                $"line {e.Start.Line}: {reason} " +
                "(a story has 'length' and 'scenes'; a scene has 'prompt', 'start', 'duration', 'change' and 'cut').",
                e);
        }
        if (document?.Scenes is not { Count: > 0 } scenes)
        {
            throw new StoryException("The story has no 'scenes'; list at least one with a prompt.");
        }
        int[] lines = Lines(text, scenes.Count);
        return new Story([.. scenes.Select((s, i) => SceneOf(s, lines.ElementAtOrDefault(i)))], Time(document.Length), lines);
    }

    private static Scene SceneOf(SceneEntry? entry, int line)
    {
        try
        {
            if (entry is { Cut: true, Change: string other })
            {
                throw new StoryException($"a scene takes over in one way, not 'cut' and '{other.Trim()}'; leave one of them out.");
            }
            SceneChange change = entry?.Change is string text ? SceneChange.Parse(text)
                : entry?.Cut == true ? SceneChange.Cut
                : SceneChange.Method;
            return new Scene((entry?.Prompt ?? string.Empty).Trim(), Time(entry?.Start), Time(entry?.Duration), change);
        }
        catch (StoryException e) when (line > 0)
        {
            throw new StoryException($"line {line}: {e.Message}", e);
        }
    }

    /// <summary>The lines that scenes start in; none where the text is laid out in a way that does not say.</summary>
    private static int[] Lines(string text, int count)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        return stream.Documents is [{ RootNode: YamlMappingNode root }, ..]
            && root.Children.TryGetValue(new YamlScalarNode("scenes"), out YamlNode? node)
            && node is YamlSequenceNode list && list.Children.Count == count
            ? [.. list.Children.Select(c => (int)c.Start.Line)]
            : [];
    }

    private static StoryTime? Time(string? text) => text is null ? null : StoryTime.Parse(text);

    private sealed class Document
    {
        public string? Length { get; set; }

        public List<SceneEntry?>? Scenes { get; set; }
    }

    private sealed class SceneEntry
    {
        public string? Prompt { get; set; }

        public string? Start { get; set; }

        public string? Duration { get; set; }

        public string? Change { get; set; }

        public bool Cut { get; set; }
    }
}
