using LongTake.Generation.Clips;
using LongTake.Generation.Methods.ClipFrequencies;
using LongTake.Generation.Methods.Direct;
using LongTake.Generation.Methods.Fifo;
using LongTake.Generation.Methods.FreeLong;
using LongTake.Generation.Methods.FreeNoise;
using LongTake.Generation.Methods.FreePca;
using LongTake.Generation.Methods.GenLVideo;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Methods.ScalingNoise;
using LongTake.Generation.Methods.UltraViCo;

namespace LongTake.Generation.Methods;

/// <summary>The methods for bidirectional models that are known by name; those for causal models are <see cref="MethodPresets"/>.</summary>
public static class ClipPresets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ClipPreset> All { get; } =
    [
        FifoOptions.Preset,
        MigaOptions.Preset,
        ScalingNoiseOptions.Preset,
        DirectOptions.Preset,
        GenLVideoOptions.Preset,
        FreeNoiseOptions.Preset,
        FreeLongOptions.Preset,
        FreePcaOptions.Preset,
        ClipFrequencyPresets.PositionInterpolation,
        ClipFrequencyPresets.Ntk,
        ClipFrequencyPresets.Yarn,
        ClipFrequencyPresets.Riflex,
        UltraViCoOptions.Preset,
    ];

    /// <summary>Whether a name is one of them.</summary>
    public static bool Contains(string name) => All.Any(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Makes a method.</summary>
    /// <param name="name">Name of a preset.</param>
    /// <param name="settings">Adjustments by name; see the method's options.</param>
    /// <exception cref="ArgumentException">There is no such preset or setting, or values conflict; the message lists what there is.</exception>
    public static ClipMethod Create(string name, IReadOnlyDictionary<string, string>? settings = null)
    {
        ClipPreset preset = All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"There is no method '{name}' for bidirectional models; there are {string.Join(", ", All.Select(p => p.Name))}.", nameof(name));
        MethodSettings reader = new($"the method '{preset.Name}'", settings);
        ClipMethod method = preset.Create(reader);
        reader.RefuseUnknown();
        return method with { Settings = reader.Used };
    }
}
