using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LongTake.Generation.Stories;

namespace LongTake.Evaluation.Suites;

/// <summary>
/// Reads suites of prompts from files. Plain text has a prompt a line; a line in brackets begins a story, which ends at an empty line and is
/// written as <see cref="StoryReader"/> has it:
/// <code>
/// # A comment.
/// A red fox runs over snow.
///
/// [0s] A potter centres clay on a wheel.
/// [10s] The potter pulls up the walls of a tall jar.
/// [end 20s]
/// </code>
/// YAML (<c>.yaml</c>, <c>.yml</c>) and JSON (<c>.json</c>) have a list of items, or <c>name</c> and <c>items</c>; JSON lines (<c>.jsonl</c>)
/// an item a line. An item is a prompt, or has <c>id</c>, <c>prompt</c> or <c>scenes</c>, and <c>length</c>; a scene is a prompt, or has
/// <c>prompt</c>, <c>start</c>, <c>duration</c> and <c>cut</c>.
/// <code>
/// name: two-prompts
/// items:
///   - A red fox runs over snow.
///   - id: potter
///     scenes:
///       - prompt: A potter centres clay on a wheel.
///       - prompt: The potter pulls up the walls of a tall jar.
///         start: 10s
/// </code>
/// Items without an id are numbered from 001.
/// </summary>
public static class PromptFile
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a file.</summary>
    /// <exception cref="SuiteException">It cannot be read or is no suite; the message names file and item.</exception>
    public static PromptSuite Load(string path)
    {
        try
        {
            string text = File.ReadAllText(path);
            string name = Path.GetFileNameWithoutExtension(path);
            PromptSuite suite = Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".yaml" or ".yml" => PromptEntries.Suite(YamlNodes.Parse(text), name),
                ".json" => PromptEntries.Suite(ParseJson(text), name),
                ".jsonl" => new PromptSuite(name, JsonLines(text)),
                _ => new PromptSuite(name, Lines(text)),
            };
            Check(suite);
            return suite;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SuiteException($"The prompts {path} cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is SuiteException or StoryException)
        {
            throw new SuiteException($"{path}: {e.Message}", e);
        }
    }

    private static List<PromptItem> Lines(string text)
    {
        List<PromptItem> items = [];
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }
            string id = DefaultId(items.Count);
            if (line[0] != '[')
            {
                items.Add(new PromptItem { Id = id, Scenes = [new Scene(line)] });
                continue;
            }
            int first = i;
            while (i + 1 < lines.Length && lines[i + 1].Trim().Length > 0)
            {
                i++;
            }
            try
            {
                Story story = StoryReader.Parse(string.Join('\n', lines[first..(i + 1)]));
                items.Add(new PromptItem { Id = id, Scenes = story.Scenes, Length = story.Length });
            }
            catch (StoryException e)
            {
                throw new SuiteException($"the story that begins in line {first + 1}: {e.Message}", e);
            }
        }
        return items;
    }

    private static List<PromptItem> JsonLines(string text)
    {
        List<PromptItem> items = [];
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
            {
                continue;
            }
            try
            {
                items.Add(PromptEntries.Item(ParseJson(lines[i]), DefaultId(items.Count)));
            }
            catch (SuiteException e)
            {
                throw new SuiteException($"line {i + 1}: {e.Message}", e);
            }
        }
        return items;
    }

    private static JsonNode? ParseJson(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict);
        }
        catch (JsonException e)
        {
            throw new SuiteException($"this is not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    internal static string DefaultId(int index) => (index + 1).ToString("D3", CultureInfo.InvariantCulture);

    private static void Check(PromptSuite suite)
    {
        if (suite.Items.Count == 0)
        {
            throw new SuiteException("there is no prompt in it; write one a line.");
        }
        HashSet<string> ids = [];
        foreach (PromptItem item in suite.Items)
        {
            if (item.Id.Length is 0 or > 80 || !item.Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            {
                throw new SuiteException($"'{item.Id}' is no id; use up to 80 letters, digits, '.', '_' and '-'.");
            }

            // Some file systems do not tell case apart, and files are named after ids.
            if (!ids.Add(item.Id.ToLowerInvariant()))
            {
                throw new SuiteException($"the id {item.Id} is given twice; give each item one of its own.");
            }
        }
    }
}
