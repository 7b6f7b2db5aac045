using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.FrequencyControls;

/// <summary>The controls by name.</summary>
public static class FrequencyControlPresets
{
    /// <summary>The preset <c>position-interpolation</c>.</summary>
    public static MethodPreset PositionInterpolation { get; } = Make(
        FrequencyControl.PositionInterpolation, "control: all rotary frequencies divided by the scale", "position interpolation, arXiv 2306.15595");

    /// <summary>The preset <c>ntk</c>.</summary>
    public static MethodPreset Ntk { get; } = Make(
        FrequencyControl.Ntk, "control: a larger rotary base", "NTK-aware scaling, common practice");

    /// <summary>The preset <c>yarn</c>.</summary>
    public static MethodPreset Yarn { get; } = Make(
        FrequencyControl.Yarn, "control: rotary frequencies interpolated by parts, thresholds for texts", "YaRN, arXiv 2309.00071");

    /// <summary>The preset <c>riflex</c>.</summary>
    public static MethodPreset Riflex { get; } = Make(
        FrequencyControl.Riflex, "control: one rotary frequency lowered", "RIFLEx, arXiv 2502.15894");

    internal static string NameOf(FrequencyControl control) => control switch
    {
        FrequencyControl.Ntk => "ntk",
        FrequencyControl.Yarn => "yarn",
        FrequencyControl.Riflex => "riflex",
        _ => "position-interpolation",
    };

    private static MethodPreset Make(FrequencyControl control, string summary, string paper) => new(NameOf(control), summary, s => From(control, s))
    {
        Keeps = "3 sink frames and the newest 18",
        Paper = paper,
    };

    private static StreamingMethod From(FrequencyControl control, MethodSettings settings)
    {
        FrequencyControlOptions o = new() { Control = control };
        o = o with { Window = settings.Int("window", o.Window), Sink = settings.Int("sink", o.Sink) };
        return (WithFrequencies(o, settings) with { PromptChange = settings.Choice("prompt-change", o.PromptChange) }).ToMethod();
    }

    /// <summary>Reads the settings of a control's frequencies.</summary>
    internal static FrequencyControlOptions WithFrequencies(FrequencyControlOptions o, MethodSettings settings)
    {
        o = o with { TrainedFrames = settings.Int("trained-frames", o.TrainedFrames), Scale = settings.Choice("scale", o.Scale) };
        return o.Control switch
        {
            FrequencyControl.Yarn => o with { Alpha = settings.Double("alpha", o.Alpha), Beta = settings.Double("beta", o.Beta) },
            FrequencyControl.Riflex => o with
            {
                Pair = settings.Int("pair", o.Pair),
                RepeatsAt = settings.Double("repeats-at", o.RepeatsAt),
                Safety = settings.Double("safety", o.Safety),
            },
            _ => o,
        };
    }
}
