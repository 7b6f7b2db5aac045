using LongTake.Generation.Frequencies;
using LongTake.Generation.Methods.Flex;
using LongTake.Generation.Methods.FrequencyControls;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Custom;

/// <summary>The frequency policies by name: each is read by the options of the method that it comes from, with that method's defaults.</summary>
internal static class FrequencyParts
{
    /// <summary>Reads a choice and its settings.</summary>
    /// <param name="kind">The choice.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="context">What is kept, whose window FLEX's <c>frm=far</c> goes by.</param>
    /// <exception cref="ArgumentException">A value is out of its range or conflicts with another.</exception>
    public static Func<RunInfo, IFrequencyPolicy> Read(FrequencyKind kind, MethodSettings settings, ContextPart context)
    {
        if (kind == FrequencyKind.Standard)
        {
            return _ => new StandardFrequencies();
        }
        if (kind == FrequencyKind.Flex)
        {
            return Flex(settings, context);
        }
        FrequencyControlOptions control = new()
        {
            Control = kind switch
            {
                FrequencyKind.Ntk => FrequencyControl.Ntk,
                FrequencyKind.Yarn => FrequencyControl.Yarn,
                FrequencyKind.Riflex => FrequencyControl.Riflex,
                _ => FrequencyControl.PositionInterpolation,
            },
        };
        return FrequencyControlPresets.WithFrequencies(control, settings).ToMethod().Frequencies;
    }

    private static Func<RunInfo, IFrequencyPolicy> Flex(MethodSettings settings, ContextPart context)
    {
        FlexOptions o = FlexPresets.WithModulation(FlexPresets.Base(CustomPreset.Name), settings);
        CustomRules.Require(o.Frm != FrmMode.Off, "frequencies=flex modulates nothing with frm=off; set frequencies=standard");
        if (o.Frm == FrmMode.Global)
        {
            return o.ToMethod().Frequencies;
        }
        int newest = context.Newest ?? 0;
        string kind = MethodSettings.Hyphenated(context.Kind);
        CustomRules.Require(
            context.Newest is not null, $"frm=far leaves the newest frames as they are, and context={kind} has no end of those; set frm=global");
        CustomRules.Require(
            newest >= 1 && newest < o.TrainedFrames,
            $"frm=far leaves the newest {newest} frames of context={kind} as they are, which must be at least 1 and fewer than " +
            $"trained-frames {o.TrainedFrames}; hold fewer frames or more sink, or set frm=global");
        return (o with { Window = newest + 1, Sink = 1 }).ToMethod().Frequencies;
    }
}
