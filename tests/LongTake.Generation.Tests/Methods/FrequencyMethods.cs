using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Tests.Methods;

/// <summary>Methods written as on the command line: a preset, settings after a colon.</summary>
internal static class FrequencyMethods
{
    /// <summary>Presets of frequencies and noise.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["flex", "flex.rope", "flex.noise", "flex.sink", "lol", "position-interpolation", "ntk", "yarn", "riflex"];

    public static StreamingMethod Make(string text)
    {
        string[] parts = text.Split(':');
        return MethodPresets.Create(parts[0], parts.Length == 1 ? null : parts[1].Split('+').Select(s => s.Split('=')).ToDictionary(p => p[0], p => p[1]));
    }
}
