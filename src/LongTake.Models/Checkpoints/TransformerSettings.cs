namespace LongTake.Models.Checkpoints;

/// <summary>
/// How a transformer wants to be run: what beside its sizes stands in its <c>config.json</c>. Fields that the file leaves out have
/// the values of the published models. Source: spec autoregressive-streaming, section 1, and wan-model, section 1.
/// </summary>
public sealed partial record TransformerSettings
{
    /// <summary>Names of samplers.</summary>
    public static IReadOnlyList<string> Samplers { get; } = ["few-step", "euler", "unipc", "dpm-solver"];

    /// <summary>Which sampler, one of <see cref="Samplers"/> (<c>sampler</c>).</summary>
    public required string Sampler { get; init; }

    /// <summary>Steps of all samplers but the few-step one, at least 1 (<c>num_inference_steps</c>). Default 50.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Shift of the sigma schedule, positive (<c>timestep_shift</c>). Default 5.</summary>
    public double Shift { get; init; } = 5;

    /// <summary>Classifier-free guidance, at least 0; 1 is none (<c>guidance_scale</c>).</summary>
    public required double Guidance { get; init; }

    /// <summary>Timesteps of the few-step sampler, falling from at most 1000 (<c>denoising_step_list</c>). Default 1000, 750, 500, 250.</summary>
    public IReadOnlyList<int> StepList { get; init; } = [1000, 750, 500, 250];

    /// <summary>Whether the step list names places in the shifted table (<c>warp_denoising_step</c>). Default true.</summary>
    public bool WarpStepList { get; init; } = true;

    /// <summary>Latent frames of a chunk, at least 1 (<c>num_frame_per_block</c>). Default 3.</summary>
    public int FramesPerBlock { get; init; } = 3;

    /// <summary>Latent frames that a chunk sees, sink included; -1 is no limit (<c>local_attn_size</c>). Default -1.</summary>
    public int WindowFrames { get; init; } = -1;

    /// <summary>First latent frames that stay visible, at least 0 (<c>sink_size</c>). Default 0.</summary>
    public int SinkFrames { get; init; }

    /// <summary>Timestep at which finished chunks enter the cache, 0 to below 1000 (<c>context_noise</c>). Default 0.</summary>
    public double ContextNoise { get; init; }

    /// <summary>Latent frames of a training clip, at least 1 (<c>num_frames</c>). Default 21.</summary>
    public int TrainedFrames { get; init; } = 21;

    /// <summary>Pixel rows of the training clips (<c>height</c>). Default 480.</summary>
    public int Height { get; init; } = 480;

    /// <summary>Pixel columns of the training clips (<c>width</c>). Default 832.</summary>
    public int Width { get; init; } = 832;

    /// <summary>Frames a second, positive (<c>fps</c>). Default 16.</summary>
    public double FramesPerSecond { get; init; } = 16;

    /// <summary>
    /// Part of the Shapes world that the model was trained on, by the name of its profile; null for models of anything else
    /// (<c>world</c>).
    /// </summary>
    public string? World { get; init; }

    /// <summary>
    /// The published settings of a kind: UniPC with guidance 5 for those of many steps, four distilled steps for causal transformers.
    /// </summary>
    public static TransformerSettings DefaultsFor(TransformerKind kind) => kind == TransformerKind.Causal
        ? new() { Sampler = "few-step", Guidance = 1 }
        : new() { Sampler = "unipc", Guidance = 5 };

    /// <summary>Checks ranges and conflicts.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it as in the file.</exception>
    public void Validate()
    {
        Require(Samplers.Contains(Sampler), "sampler", Sampler, $"one of {string.Join(", ", Samplers)}");
        Require(Steps is >= 1 and <= 1000, "num_inference_steps", Steps, "1 to 1000");
        Require(Shift > 0 && double.IsFinite(Shift), "timestep_shift", Shift, "a positive number");
        Require(Guidance is >= 0 and <= 100, "guidance_scale", Guidance, "0 to 100");
        Require(
            StepList.Count > 0 && StepList.All(s => s is > 0 and <= 1000) && StepList.Zip(StepList.Skip(1)).All(p => p.First > p.Second),
            "denoising_step_list",
            $"[{string.Join(", ", StepList)}]",
            "falling timesteps from at most 1000");
        Require(FramesPerBlock >= 1, "num_frame_per_block", FramesPerBlock, "at least 1");
        Require(WindowFrames == -1 || WindowFrames >= 1, "local_attn_size", WindowFrames, "-1 or at least 1");
        Require(SinkFrames >= 0 && (WindowFrames < 0 || SinkFrames < WindowFrames), "sink_size", SinkFrames, "at least 0 and below local_attn_size");
        Require(ContextNoise is >= 0 and < 1000, "context_noise", ContextNoise, "0 to below 1000");
        Require(TrainedFrames >= 1, "num_frames", TrainedFrames, "at least 1");
        Require(Height >= 1, "height", Height, "at least 1");
        Require(Width >= 1, "width", Width, "at least 1");
        Require(FramesPerSecond > 0 && double.IsFinite(FramesPerSecond), "fps", FramesPerSecond, "a positive number");
    }

    private static void Require(bool condition, string name, object value, string range)
    {
        if (!condition)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
        }
    }
}
