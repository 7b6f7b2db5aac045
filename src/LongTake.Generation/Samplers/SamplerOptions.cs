using LongTake.Generation.Schedulers;
using LongTake.Models.Checkpoints;

namespace LongTake.Generation.Samplers;

/// <summary>Names of samplers.</summary>
public enum SamplerKind
{
    /// <summary>Few steps with fresh noise between them: distilled models.</summary>
    FewStep,

    /// <summary>First-order steps.</summary>
    Euler,

    /// <summary>UniPC, the default of Wan 2.1.</summary>
    UniPC,

    /// <summary>DPM-Solver++.</summary>
    DpmSolver,
}

/// <summary>How chunks are sampled.</summary>
public sealed record SamplerOptions
{
    /// <summary>Which sampler. Default: few steps, for distilled models.</summary>
    public SamplerKind Kind { get; init; } = SamplerKind.FewStep;

    /// <summary>Timestep shift, positive. Default 5.</summary>
    public double Shift { get; init; } = 5.0;

    /// <summary>The few-step list, falling from at most 1000. Default 1000, 750, 500, 250.</summary>
    public IReadOnlyList<int> StepList { get; init; } = FewStepSampler.DefaultSteps;

    /// <summary>
    /// Whether the few-step list names places in the shifted table (the released models) rather than timesteps. Default true.
    /// </summary>
    public bool WarpStepList { get; init; } = true;

    /// <summary>Steps of the other samplers, 1 to 1000. Default 50.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Order of UniPC and DPM-Solver++, 1 to 3. Default 2.</summary>
    public int Order { get; init; } = 2;

    /// <summary>
    /// Classifier-free guidance: v = v_negative + g (v_positive - v_negative). 1, the default, is none and costs nothing; any other value
    /// doubles the work and the cache. Distilled few-step models have it built in.
    /// </summary>
    public double Guidance { get; init; } = 1.0;

    /// <summary>The sampler that a model's settings ask for.</summary>
    /// <param name="settings">From the model's <c>config.json</c>.</param>
    /// <exception cref="ArgumentException">There is no sampler of that name; the message lists what there is.</exception>
    public static SamplerOptions From(TransformerSettings settings) => new()
    {
        Kind = settings.Sampler switch
        {
            "few-step" => SamplerKind.FewStep,
            "euler" => SamplerKind.Euler,
            "unipc" => SamplerKind.UniPC,
            "dpm-solver" => SamplerKind.DpmSolver,
            string name => throw new ArgumentException(
                $"There is no sampler {name}; there are {string.Join(", ", TransformerSettings.Samplers)}.", nameof(settings)),
        },
        Shift = settings.Shift,
        StepList = settings.StepList,
        WarpStepList = settings.WarpStepList,
        Steps = settings.Steps,
        Guidance = settings.Guidance,
    };

    /// <summary>Whether a negative prompt takes part.</summary>
    public bool IsGuided => Guidance != 1.0;

    /// <summary>The sampler in words, such as "euler of 20 steps, shift 3, guidance 3"; different samplers have different ones.</summary>
    public string Describe() => Kind == SamplerKind.FewStep
        ? FormattableString.Invariant($"few-step {string.Join('-', StepList)}, shift {Shift}")
        : FormattableString.Invariant($"{Kind.ToString().ToLowerInvariant()} of {Steps} steps, shift {Shift}, guidance {Guidance}");

    /// <summary>Makes the sampler.</summary>
    /// <exception cref="ArgumentException">A value is out of its range or two conflict; the message names them.</exception>
    public IChunkSampler Create()
    {
        if (!(Guidance >= 0 && Guidance <= 100))
        {
            throw new ArgumentException($"Guidance is {Guidance}; it lies between 0 and 100 (1 is none).");
        }
        if (Kind == SamplerKind.FewStep && IsGuided)
        {
            throw new ArgumentException(
                $"Guidance {Guidance} conflicts with the few-step sampler, whose models have guidance built in; " +
                "set it to 1 or choose euler, unipc or dpm-solver.");
        }
        return Kind switch
        {
            SamplerKind.FewStep => new FewStepSampler(new FlowMatchSchedule(Shift), StepList, WarpStepList),
            SamplerKind.Euler => new SolverSampler(new FlowEuler(Steps, Shift)),
            SamplerKind.UniPC => new SolverSampler(new FlowUniPC(Steps, Shift, Order)),
            SamplerKind.DpmSolver => new SolverSampler(new FlowDpmSolver(Steps, Shift, Order)),
            _ => throw new ArgumentException($"There is no sampler {Kind}."),
        };
    }
}
