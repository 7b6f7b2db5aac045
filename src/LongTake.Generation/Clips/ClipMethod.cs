using LongTake.Generation.Noise;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Clips;

/// <summary>
/// A way to make videos of any length with a bidirectional model that was trained on short clips. The counterpart of <see cref="StreamingMethod"/>, which
/// is for causal models.
/// </summary>
public sealed record ClipMethod
{
    /// <summary>Name in messages and reports.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Checks the method's options against a run and says what it needs. It throws an <see cref="ArgumentException"/> that names the option and the remedy
    /// where they do not fit.
    /// </summary>
    public required Func<ClipRunInfo, ClipPlan> Plan { get; init; }

    /// <summary>Begins a run; <see cref="Plan"/> has found nothing wrong with it.</summary>
    public required Func<ClipRunInfo, IClipNetwork, LatentStream> Start { get; init; }

    /// <summary>Steps that the method itself brings, by the clip length f0; null (the default) for the sampler's.</summary>
    public Func<int, int>? Steps { get; init; }

    /// <summary>Whether it needs to know the length of the video: all latents are in work at once. Default false: it can go on without end.</summary>
    public bool NeedsLength { get; init; }

    /// <summary>
    /// Share of a scene, at each end that borders on another, in which the prompts of the two go over into each other latent by latent, 0 to 0.5. Scenes
    /// that say themselves how they take over are not touched. Default 0: prompts change at once.
    /// </summary>
    public double SceneBlend { get; init; }

    /// <summary>Whether its runs judge what they make (<see cref="LatentStream.Searches"/>). Default false.</summary>
    public bool Judges { get; init; }

    /// <summary>What the method was set to, for display: name and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>Checks a run and puts the method's own steps into it.</summary>
    /// <exception cref="ArgumentException">Method, sampler and run do not go together; the message names what and the remedy.</exception>
    public ClipRunInfo Prepare(ClipRunInfo run)
    {
        if (NeedsLength && run.Latents is null)
        {
            throw new ArgumentException($"The method '{Name}' makes the whole video at once and needs its length; give one, or use fifo or miga.");
        }
        return Steps is null ? run : run with { Sampler = run.Sampler with { Steps = Steps(run.ClipFrames) } };
    }
}
