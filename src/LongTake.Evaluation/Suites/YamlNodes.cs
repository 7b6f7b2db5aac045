using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LongTake.Evaluation.Suites;

/// <summary>YAML as the tree of JSON: scalars are texts, but for a plain <c>true</c> or <c>false</c>.</summary>
internal static class YamlNodes
{
    private const int MaxDepth = 8;

    /// <summary>Reads the first document; null when there is none.</summary>
    /// <exception cref="SuiteException">It is no YAML.</exception>
    public static JsonNode? Parse(string text)
    {
        try
        {
            YamlStream stream = [];
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 0 ? null : Convert(stream.Documents[0].RootNode, 0);
        }
        catch (YamlException e)
        {
            throw new SuiteException($"line {e.Start.Line}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static JsonNode? Convert(YamlNode node, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new SuiteException($"line {node.Start.Line}: lists within lists are nested too deeply.");
        }
        switch (node)
        {
            case YamlSequenceNode list:
                return new JsonArray([.. list.Children.Select(c => Convert(c, depth + 1))]);
            case YamlMappingNode map:
                JsonObject result = [];
                foreach ((YamlNode key, YamlNode value) in map.Children)
                {
                    result[key is YamlScalarNode { Value: string name } ? name
                        : throw new SuiteException($"line {key.Start.Line}: a key must be a word.")] = Convert(value, depth + 1);
                }
                return result;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" }:
                return JsonValue.Create(true);
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" }:
                return JsonValue.Create(false);
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "null" or "~" }:
                return null;
            default:
                return JsonValue.Create(((YamlScalarNode)node).Value);
        }
    }
}
