using LongTake.Generation.Frequencies;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.FrequencyControls;

/// <summary>Known ways of stretching rotary positions.</summary>
public enum FrequencyControl
{
    /// <summary>All frequencies divided by the scale.</summary>
    PositionInterpolation,

    /// <summary>A larger base: the slower a pair, the more it is stretched.</summary>
    Ntk,

    /// <summary>A ramp between both, with YaRN's thresholds for texts.</summary>
    Yarn,

    /// <summary>One frequency lowered.</summary>
    Riflex,
}

/// <summary>
/// A window with a sink at its place in the video, under one of the known ways of stretching rotary positions: controls to
/// compare methods with. Everything but the frequencies is as in <c>flex.sink</c>.
/// Source: flex.md 3.7; rope-extension-bidirectional.md 2 and 3.
/// </summary>
public sealed record FrequencyControlOptions
{
    /// <summary>Which way. Default: position interpolation.</summary>
    public FrequencyControl Control { get; init; } = FrequencyControl.PositionInterpolation;

    /// <summary>Latent frames attended to, sink and current chunk included. Default 21, the length that the base models were trained on.</summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. Default 3.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>Latent frames that the model was trained on. Default 21 (5 s).</summary>
    public int TrainedFrames { get; init; } = 21;

    /// <summary>What the scale goes by. Default: what has been generated so far.</summary>
    public ScaleKind Scale { get; init; } = ScaleKind.Dynamic;

    /// <summary>YaRN: cycles in a trained clip up to which a frequency is interpolated in full. Default 1.</summary>
    public double Alpha { get; init; } = CycleRamp.LanguageModel.Low;

    /// <summary>YaRN: cycles from which a frequency is left alone. Default 32.</summary>
    public double Beta { get; init; } = CycleRamp.LanguageModel.High;

    /// <summary>RIFLEx: which pair, from 1. Default 0: the one whose period is nearest to <see cref="RepeatsAt"/>.</summary>
    public int Pair { get; init; }

    /// <summary>RIFLEx: latent frames after which the model repeats itself. Default 33.</summary>
    public double RepeatsAt { get; init; } = RiflexFrequencies.DefaultRepeatsAt;

    /// <summary>RIFLEx: share of a period that the video may fill. Default 0.9.</summary>
    public double Safety { get; init; } = RiflexFrequencies.DefaultSafety;

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    private string Name => FrequencyControlPresets.NameOf(Control);

    /// <summary>Makes the method. A fixed scale is refused at the start of a run without a known length.</summary>
    /// <exception cref="ArgumentException">Values are out of range or conflict; the message names them.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow(Name, Window, Sink);
        _ = Frequencies(FrequencyScale.Dynamic(TrainedFrames));
        return new StreamingMethod
        {
            Name = Name,
            Context = MethodPresets.Window(Name, Window, Sink),
            Frequencies = run => Frequencies(FrequencyScale.For(Scale, TrainedFrames, run)),
            PromptChange = _ => PromptChange.Policy(Sink),
        };
    }

    private ModulatedFrequencies Frequencies(FrequencyScale scale) => Control switch
    {
        FrequencyControl.Ntk => new NtkFrequencies(scale),
        FrequencyControl.Yarn => new ByPartsFrequencies(scale, new CycleRamp(Alpha, Beta)),
        FrequencyControl.Riflex => new RiflexFrequencies(scale, Pair, RepeatsAt, Safety),
        _ => new InterpolatedFrequencies(scale),
    };
}
