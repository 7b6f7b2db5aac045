using YamlDotNet.Core;
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
///     cut: true
/// </code>
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
                "(a story has 'length' and 'scenes'; a scene has 'prompt', 'start', 'duration' and 'cut').",
                e);
        }
        if (document?.Scenes is not { Count: > 0 } scenes)
        {
            throw new StoryException("The story has no 'scenes'; list at least one with a prompt.");
        }
        return new Story(
            [.. scenes.Select(s => new Scene((s?.Prompt ?? string.Empty).Trim(), Time(s?.Start), Time(s?.Duration), s?.Cut ?? false))],
            Time(document.Length));
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

        public bool Cut { get; set; }
    }
}
