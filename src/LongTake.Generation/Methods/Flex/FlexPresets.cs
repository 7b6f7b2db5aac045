using LongTake.Generation.Noise;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Flex;

/// <summary>FLEX whole, and its parts alone for ablation. Source: flex.md 7 and 10.</summary>
public static class FlexPresets
{
    private const string Paper = "FLEX, arXiv 2602.14027";

    /// <summary>The preset <c>flex</c>.</summary>
    public static MethodPreset Whole { get; } = new(
        "flex", "FLEX: modulated frequencies, antiphase noise and a sink, without training", From)
    {
        Keeps = "3 sink frames and the newest 18",
        Paper = Paper,
    };

    /// <summary>The preset <c>flex.rope</c>: modulation, and the far sink that it is there for.</summary>
    public static MethodPreset Rope { get; } = new(
        "flex.rope", "FLEX's modulated frequencies with the far sink that they are for, independent noise", settings =>
            WithJitter(WithModulation(WithSink(Base("flex.rope"), settings), settings), settings).ToMethod())
    {
        Keeps = "3 sink frames and the newest 18",
        Paper = Paper,
    };

    /// <summary>The preset <c>flex.noise</c>: antiphase noise over a plain window.</summary>
    public static MethodPreset Noise { get; } = new(
        "flex.noise", "FLEX's antiphase noise alone, over a window without sink", settings =>
            WithNoise(WithSink(Base("flex.noise") with { Sink = 0, Noise = new() }, settings), settings).ToMethod())
    {
        Keeps = "the newest 21 frames",
        Paper = Paper,
    };

    /// <summary>The preset <c>flex.sink</c>: a sink that the model was not trained with.</summary>
    public static MethodPreset Sink { get; } = new(
        "flex.sink", "FLEX's sink alone, as the model's own frequencies see it", settings =>
            WithSink(Base("flex.sink"), settings).ToMethod())
    {
        Keeps = "3 sink frames and the newest 18",
        Paper = Paper,
    };

    private static StreamingMethod From(MethodSettings settings) =>
        WithNoise(WithJitter(WithModulation(WithSink(new FlexOptions(), settings), settings), settings), settings).ToMethod();

    /// <summary>No part but the sink.</summary>
    internal static FlexOptions Base(string name) => new()
    {
        Name = name,
        Frm = FrmMode.Off,
        Noise = new CorrelatedNoiseOptions { Law = NoiseLaw.Iid },
    };

    private static FlexOptions WithSink(FlexOptions o, MethodSettings settings) => o with
    {
        Window = settings.Int("window", o.Window),
        Sink = settings.Int("sink", o.Sink),
        SinkPosition = settings.Choice("sink-position", o.SinkPosition),
        PromptChange = settings.Choice("prompt-change", o.PromptChange),
        ResetSink = settings.Switch("reset-sink", o.ResetSink),
    };

    /// <summary>Reads the settings of modulation.</summary>
    internal static FlexOptions WithModulation(FlexOptions o, MethodSettings settings) => o with
    {
        Frm = settings.Choice("frm", FrmMode.Global),
        TrainedFrames = settings.Int("trained-frames", o.TrainedFrames),
        Scale = settings.Choice("scale", o.Scale),
        RLo = settings.Double("r-lo", o.RLo),
        RHi = settings.Double("r-hi", o.RHi),
    };

    private static FlexOptions WithJitter(FlexOptions o, MethodSettings settings) => o with { Jitter = settings.Double("jitter", o.Jitter) };

    private static FlexOptions WithNoise(FlexOptions o, MethodSettings settings)
    {
        NoiseLaw law = settings.Choice("noise", o.Noise.Law);
        return o with { Noise = Correlation(law, settings, o.Noise.Scope) };
    }

    /// <summary>Reads the settings of noise of a law.</summary>
    internal static CorrelatedNoiseOptions Correlation(NoiseLaw law, MethodSettings settings, NoiseScope scope) => new()
    {
        Law = law,
        Rho = settings.Double("rho", CorrelatedNoiseOptions.DefaultRho(law)),
        Scope = settings.Choice("noise-scope", scope),
        Renoise = settings.Choice("renoise", RenoiseLaw.None),
    };
}
