using System.Text.Json;
using System.Text.Json.Nodes;
using LongTake.Generation.Stories;

namespace LongTake.Evaluation.Suites;

/// <summary>Suites, items and scenes from the tree that YAML and JSON have in common.</summary>
internal static class PromptEntries
{
    /// <summary>A whole document.</summary>
    /// <exception cref="SuiteException">It is no suite.</exception>
    public static PromptSuite Suite(JsonNode? root, string defaultName)
    {
        switch (root)
        {
            case JsonArray items:
                return new PromptSuite(defaultName, Items(items));
            case JsonObject document when document.ContainsKey("items"):
                Only(document, "a suite", "name", "items");
                return document["items"] is JsonArray list
                    ? new PromptSuite(Text(document, "name") ?? defaultName, Items(list))
                    : throw new SuiteException("'items' must be a list of prompts.");
            case JsonObject single:
                return new PromptSuite(defaultName, [Item(single, PromptFile.DefaultId(0))]);
            default:
                throw new SuiteException("there is no list of prompts in it.");
        }
    }

    /// <summary>One item.</summary>
    /// <exception cref="SuiteException">It is no item.</exception>
    public static PromptItem Item(JsonNode? node, string defaultId)
    {
        if (node is JsonValue)
        {
            return new PromptItem { Id = defaultId, Scenes = [Scene(node, defaultId, 1)] };
        }
        if (node is not JsonObject item)
        {
            throw new SuiteException($"item {defaultId} is neither a prompt nor a group of settings.");
        }
        string id = Text(item, "id") ?? defaultId;
        try
        {
            Only(item, "an item", "id", "prompt", "scenes", "length");
            if (item.ContainsKey("prompt") == item.ContainsKey("scenes"))
            {
                throw new SuiteException("an item has either a 'prompt' or 'scenes'.");
            }
            Scene[] scenes = item["scenes"] switch
            {
                JsonArray list => [.. list.Select((s, i) => Scene(s, id, i + 1))],
                null when item.ContainsKey("prompt") => [new Scene((Text(item, "prompt") ?? "").Trim())],
                _ => throw new SuiteException("'scenes' must be a list."),
            };

            // The story's own checks: no empty prompt, no negative time.
            Story story = new(scenes, Time(item, "length"));
            return new PromptItem { Id = id, Scenes = story.Scenes, Length = story.Length };
        }
        catch (Exception e) when (e is SuiteException or StoryException)
        {
            throw new SuiteException($"item {id}: {e.Message}", e);
        }
    }

    private static List<PromptItem> Items(JsonArray list) => [.. list.Select((node, i) => Item(node, PromptFile.DefaultId(i)))];

    private static Scene Scene(JsonNode? node, string id, int number)
    {
        if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String)
        {
            string prompt = value.GetValue<string>().Trim();
            return prompt.Length > 0 ? new Scene(prompt) : throw new SuiteException($"item {id}: a prompt is empty; say what is to be seen.");
        }
        if (node is not JsonObject scene)
        {
            throw new SuiteException($"scene {number} of item {id} is neither a prompt nor a group of settings.");
        }
        Only(scene, "a scene", "prompt", "start", "duration", "cut");
        bool cut = scene["cut"] switch
        {
            null => false,
            JsonValue flag when flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False => flag.GetValue<bool>(),
            _ => throw new SuiteException("'cut' is true or false."),
        };
        return new Scene((Text(scene, "prompt") ?? "").Trim(), Time(scene, "start"), Time(scene, "duration"), cut ? SceneChange.Cut : SceneChange.Method);
    }

    private static StoryTime? Time(JsonObject node, string key) => Text(node, key) is string text ? StoryTime.Parse(text) : null;

    /// <summary>A text or a number as text; null when it is not there.</summary>
    private static string? Text(JsonObject node, string key) => node[key] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => value.ToJsonString(),
        _ => throw new SuiteException($"'{key}' must be a text."),
    };

    private static void Only(JsonObject node, string what, params string[] keys)
    {
        foreach ((string key, _) in node)
        {
            if (!keys.Contains(key))
            {
                throw new SuiteException($"{what} has no '{key}'; it has {string.Join(", ", keys)}.");
            }
        }
    }
}
