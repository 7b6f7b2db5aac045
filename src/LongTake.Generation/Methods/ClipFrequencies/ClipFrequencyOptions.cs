using LongTake.Generation.Clips;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Methods.FrequencyControls;
using LongTake.Generation.WholeVideos;
using LongTake.Models.Wan;

namespace LongTake.Generation.Methods.ClipFrequencies;

/// <summary>
/// One pass over the longer video under one of the known ways of stretching rotary positions; the scale is the length of the video over that of
/// the clips that the model was trained on. The formulas are those of the causal controls (<see cref="FrequencyControlOptions"/>).
/// Source: rope-extension-bidirectional.md 2 and 3.
/// </summary>
public sealed record ClipFrequencyOptions
{
    /// <summary>Which way. Default: RIFLEx.</summary>
    public FrequencyControl Control { get; init; } = FrequencyControl.Riflex;

    /// <summary>Latents that the model was trained on. Default 0: as its settings say.</summary>
    public int TrainedFrames { get; init; }

    /// <summary>YaRN: cycles in a trained clip up to which a frequency is interpolated in full. Default 1.</summary>
    public double Alpha { get; init; } = CycleRamp.LanguageModel.Low;

    /// <summary>YaRN: cycles from which a frequency is left alone. Default 32.</summary>
    public double Beta { get; init; } = CycleRamp.LanguageModel.High;

    /// <summary>RIFLEx: which pair, from 1. Default 0: the one whose period is nearest to <see cref="RepeatsAt"/>.</summary>
    public int Pair { get; init; }

    /// <summary>RIFLEx: latents after which the model repeats itself. Default 33.</summary>
    public double RepeatsAt { get; init; } = RiflexFrequencies.DefaultRepeatsAt;

    /// <summary>RIFLEx: share of a period that the video may fill. Default 0.9.</summary>
    public double Safety { get; init; } = RiflexFrequencies.DefaultSafety;

    private string Name => ClipFrequencyPresets.NameOf(Control);

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Values are out of range; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        if (TrainedFrames < 0)
        {
            throw new ArgumentException(
                $"{Name}: trained-frames is {TrainedFrames}; it counts latents and is at least 1, or 0 for what the model's settings say.");
        }
        _ = Frequencies(1);
        return new SinglePassMethod(Name)
        {
            Check = run => Modulated(run, run.Model.GridOf(WholeVideoPlan.Latents(run), run.Height, run.Width)),
            Attention = (run, rotary, grid) => new FullAttention(rotary, grid, frequencies: [Modulated(run, grid)]),
        }.ToMethod();
    }

    /// <summary>The frequencies of a run: the temporal ones modulated, the others the model's own.</summary>
    internal RotaryFrequencies Modulated(ClipRunInfo run, TokenGrid grid)
    {
        RotaryFrequencies standard = RotaryFrequencies.Standard(run.Model.HeadDim, run.Model.RotaryBase);
        int trained = TrainedFrames == 0 ? run.ClipFrames : TrainedFrames;
        double[] temporal = new double[standard.Temporal.Length];
        Frequencies(trained).Frequencies((double)grid.Frames / trained, standard.Temporal, temporal);
        return standard with { Temporal = temporal };
    }

    private ModulatedFrequencies Frequencies(int trained)
    {
        FrequencyScale scale = FrequencyScale.Dynamic(trained);
        return Control switch
        {
            FrequencyControl.Ntk => new NtkFrequencies(scale),
            FrequencyControl.Yarn => new ByPartsFrequencies(scale, new CycleRamp(Alpha, Beta)),
            FrequencyControl.Riflex => new RiflexFrequencies(scale, Pair, RepeatsAt, Safety),
            _ => new InterpolatedFrequencies(scale),
        };
    }
}
