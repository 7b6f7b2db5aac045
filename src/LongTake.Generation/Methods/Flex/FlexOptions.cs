using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Noise;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Flex;

/// <summary>Which distances frequency-aware modulation (FRM) changes.</summary>
public enum FrmMode
{
    /// <summary>None.</summary>
    Off,

    /// <summary>All of them: untrained frequencies are interpolated by the scale.</summary>
    Global,

    /// <summary>Those beyond the window alone: the geometry of recent frames stays as trained.</summary>
    Far,
}

/// <summary>Where the sink stands in time.</summary>
public enum SinkPosition
{
    /// <summary>At its place in the video, ever farther away.</summary>
    Absolute,

    /// <summary>Right before the recent frames.</summary>
    Adjacent,
}

/// <summary>
/// FLEX, without training: frequency-aware modulation of the rotary embedding, antiphase noise, and a sink that the model was not trained with.
/// Of the paper the purpose of the three parts is known; how each is computed is our reading.
/// Source: flex.md (arXiv 2602.14027).
/// </summary>
public sealed record FlexOptions
{
    /// <summary>Name in messages and reports. Default <c>flex</c>.</summary>
    public string Name { get; init; } = "flex";

    /// <summary>Latent frames attended to, sink and current chunk included. Default 21, the length that the base models were trained on.</summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. Default 3.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>Where the sink stands in time. Default: at its place in the video.</summary>
    public SinkPosition SinkPosition { get; init; } = SinkPosition.Absolute;

    /// <summary>Which distances are modulated. Default: all.</summary>
    public FrmMode Frm { get; init; } = FrmMode.Global;

    /// <summary>
    /// Latent frames that the model was trained on. Default 21 (5 s); about 240 is worth trying for models tuned on long videos with a sink.
    /// </summary>
    public int TrainedFrames { get; init; } = 21;

    /// <summary>What the scale goes by. Default: what has been generated so far.</summary>
    public ScaleKind Scale { get; init; } = ScaleKind.Dynamic;

    /// <summary>Cycles in a trained clip up to which a frequency is interpolated in full (r_lo). Default 0.5.</summary>
    public double RLo { get; init; } = CycleRamp.Default.Low;

    /// <summary>Cycles from which a frequency is left alone (r_hi). Default 1.</summary>
    public double RHi { get; init; } = CycleRamp.Default.High;

    /// <summary>How far the bases of heads differ, as in LoL (0.8 there). Default 0: not at all.</summary>
    public double Jitter { get; init; }

    /// <summary>Noise. Default: antiphase, a chain of coefficient -0.7 through the whole video, for what chunks start from alone.</summary>
    public CorrelatedNoiseOptions Noise { get; init; } = new();

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    /// <summary>Whether a new prompt makes the next frames the sink, and lets the old one age out of the window. Default false.</summary>
    public bool ResetSink { get; init; }

    /// <summary>Makes the method. A fixed scale and decaying noise are refused at the start of a run without a known length.</summary>
    /// <exception cref="ArgumentException">Values are out of range or conflict; the message names them.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow(Name, Window, Sink);
        CycleRamp ramp = new(RLo, RHi);
        _ = FrequencyScale.Dynamic(TrainedFrames);
        Noise.Validate();
        _ = new JitteredFrequencies(Jitter, 0);
        CheckModulation();
        CheckReset();
        return new StreamingMethod
        {
            Name = Name,
            Context = MethodPresets.Window(Name, Window, Sink, ResetSink ? _ => new MovingSinkContext(Window, Sink) : null),
            Positions = _ => SinkPosition == SinkPosition.Adjacent ? new SinkAdjacentPositions(Sink) : new AbsolutePositions(),
            Frequencies = run => Jitter == 0 ? Modulation(ramp, run) : new JitteredFrequencies(Jitter, run.Seed, Modulation(ramp, run)),
            Noise = Noise.Create,
            PromptChange = _ => PromptChange.Policy(Sink),
        };
    }

    private IFrequencyPolicy Modulation(CycleRamp ramp, RunInfo run) => Frm switch
    {
        FrmMode.Global => new ByPartsFrequencies(FrequencyScale.For(Scale, TrainedFrames, run), ramp),
        FrmMode.Far => new FarFrequencies(TrainedFrames, Window - Sink, ramp),
        _ => new StandardFrequencies(),
    };

    private void CheckModulation()
    {
        if (Frm != FrmMode.Off && SinkPosition == SinkPosition.Adjacent)
        {
            throw new ArgumentException(
                $"{Name}: frm={(Frm == FrmMode.Far ? "far" : "global")} is for a sink at its place in the video, and sink-position=adjacent leaves " +
                "nothing far away; set frm=off or sink-position=absolute.");
        }
        if (Frm == FrmMode.Far && Window - Sink >= TrainedFrames)
        {
            throw new ArgumentException(
                $"{Name}: frm=far leaves the newest {Window - Sink} frames (window {Window} less sink {Sink}) as they are, which must be fewer than " +
                $"trained-frames {TrainedFrames}; make the window smaller or the sink larger, or set frm=global.");
        }
        if (Frm == FrmMode.Far && Scale == ScaleKind.Fixed)
        {
            throw new ArgumentException(
                $"{Name}: scale=fixed has no effect with frm=far, which goes by distances; leave it out or set frm=global.");
        }
    }

    private void CheckReset()
    {
        if (ResetSink && Sink == 0)
        {
            throw new ArgumentException($"{Name}: reset-sink=on has no effect with sink 0; leave it out or set a sink.");
        }
        if (ResetSink && PromptChange != PromptChangeKind.Keep)
        {
            throw new ArgumentException(
                $"{Name}: reset-sink=on takes the sink from frames that follow a new prompt, so the context stays until then; " +
                "leave it out or set prompt-change=keep.");
        }
    }
}
