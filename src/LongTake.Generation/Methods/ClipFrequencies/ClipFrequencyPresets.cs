using LongTake.Generation.Clips;
using LongTake.Generation.Methods.FrequencyControls;

namespace LongTake.Generation.Methods.ClipFrequencies;

/// <summary>The ways of stretching rotary positions by name; the names are those of the causal controls with <c>clip.</c> before them.</summary>
public static class ClipFrequencyPresets
{
    private const string Prefix = "clip.";

    /// <summary>The preset <c>clip.position-interpolation</c>.</summary>
    public static ClipPreset PositionInterpolation { get; } =
        Make(FrequencyControlPresets.PositionInterpolation, FrequencyControl.PositionInterpolation);

    /// <summary>The preset <c>clip.ntk</c>.</summary>
    public static ClipPreset Ntk { get; } = Make(FrequencyControlPresets.Ntk, FrequencyControl.Ntk);

    /// <summary>The preset <c>clip.yarn</c>.</summary>
    public static ClipPreset Yarn { get; } = Make(FrequencyControlPresets.Yarn, FrequencyControl.Yarn);

    /// <summary>The preset <c>clip.riflex</c>.</summary>
    public static ClipPreset Riflex { get; } = Make(FrequencyControlPresets.Riflex, FrequencyControl.Riflex);

    internal static string NameOf(FrequencyControl control) => Prefix + FrequencyControlPresets.NameOf(control);

    private static ClipPreset Make(MethodPreset causal, FrequencyControl control) =>
        new(NameOf(control), "One longer clip; " + causal.Summary, s => From(control, s))
        {
            Keeps = "all latents of the video in one call",
            Paper = causal.Paper,
        };

    private static ClipMethod From(FrequencyControl control, MethodSettings settings)
    {
        ClipFrequencyOptions o = new();
        o = o with { Control = control, TrainedFrames = settings.Int("trained-frames", o.TrainedFrames) };
        return (control switch
        {
            FrequencyControl.Yarn => o with { Alpha = settings.Double("alpha", o.Alpha), Beta = settings.Double("beta", o.Beta) },
            FrequencyControl.Riflex => o with
            {
                Pair = settings.Int("pair", o.Pair),
                RepeatsAt = settings.Double("repeats-at", o.RepeatsAt),
                Safety = settings.Double("safety", o.Safety),
            },
            _ => o,
        }).ToMethod();
    }
}
