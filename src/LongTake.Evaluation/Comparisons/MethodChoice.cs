using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;

namespace LongTake.Evaluation.Comparisons;

/// <summary>A method of a comparison: a preset and what it is set to, written <c>longlive</c> or <c>longlive:window=9+sink=3</c>.</summary>
/// <param name="Label">Name in results and reports: the choice as it was written.</param>
/// <param name="Preset">Name of the preset (<see cref="MethodPresets"/>, <see cref="ClipPresets"/>).</param>
/// <param name="Settings">What differs from its defaults, by name.</param>
public sealed record MethodChoice(string Label, string Preset, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Reads a choice.</summary>
    /// <exception cref="ArgumentException">It is not written so, or there is no such preset or setting; the message lists what there is.</exception>
    public static MethodChoice Parse(string text)
    {
        string[] parts = text.Trim().Split(':', 2);
        Dictionary<string, string> settings = [];
        foreach (string setting in parts.Length == 1 ? [] : parts[1].Split('+', StringSplitOptions.TrimEntries))
        {
            string[] pair = setting.Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || pair[0].Length == 0 || !settings.TryAdd(pair[0], pair[1]))
            {
                throw new ArgumentException(
                    $"The method '{text}' cannot be read at '{setting}'; write a preset, or a preset with settings such as longlive:window=9+sink=3.");
            }
        }
        MethodChoice choice = new(text.Trim(), parts[0].Trim(), settings);
        _ = choice.SettingsInForce;
        return choice;
    }

    /// <summary>Whether it is for bidirectional models (<see cref="ClipPresets"/>).</summary>
    public bool IsClip => ClipPresets.Contains(Preset);

    /// <summary>All settings with the values in force.</summary>
    /// <exception cref="ArgumentException">There is no such preset or setting, or values conflict.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> SettingsInForce => IsClip ? CreateClip().Settings : Create().Settings;

    /// <summary>Makes the method for causal models.</summary>
    /// <exception cref="ArgumentException">There is no such preset or setting, or values conflict.</exception>
    public StreamingMethod Create() => MethodPresets.Create(Preset, Settings);

    /// <summary>Makes the method for bidirectional models.</summary>
    /// <exception cref="ArgumentException">There is no such preset or setting, or values conflict.</exception>
    public ClipMethod CreateClip() => ClipPresets.Create(Preset, Settings);
}
