using LongTake.Generation.Schedulers;

namespace LongTake.Generation.Samplers.Rolling;

/// <summary>What the call on clean latents sees, which writes the keys and values that later blocks attend to.</summary>
public enum CleanCallContext
{
    /// <summary>The newest frames, as many as are attended to at most: in a long video the sink is not among them.</summary>
    Released,

    /// <summary>What the block's last denoising call saw: the sink and the few frames before the block.</summary>
    SameAsDenoise,
}

/// <summary>
/// How a rolling window is denoised: which levels, how they are staggered, and what is attended to. Defaults are the released
/// model's. Source: rolling-window-denoising.md 2.1, 3 and 9.
/// </summary>
public sealed record RollingWindow
{
    /// <summary>Noise levels as a falling list of steps; as many blocks are in work at once. Default 1000, 800, 600, 400, 200.</summary>
    public IReadOnlyList<int> StepList { get; init; } = [1000, 800, 600, 400, 200];

    /// <summary>Whether the list names places in the shifted table rather than timesteps. Default true.</summary>
    public bool WarpStepList { get; init; } = true;

    /// <summary>Timestep shift, positive. Default 5.</summary>
    public double Shift { get; init; } = 5;

    /// <summary>
    /// Network calls that a block starts after the one before it, 1 to the number of steps. Default 1; the number of steps denoises block
    /// after block.
    /// </summary>
    public int Stagger { get; init; } = 1;

    /// <summary>Latent frames attended to at most: sink, recent frames and the blocks in work. Default 21.</summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. They stand right before the recent frames in time. Default 3.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>What the clean call sees. Default: as released.</summary>
    public CleanCallContext CleanCall { get; init; } = CleanCallContext.Released;

    /// <summary>Most blocks in one call.</summary>
    public int MostBlocks => Schedule.MostBlocks;

    /// <summary>Latent frames that the cache holds: the sink and a window of others.</summary>
    public int BufferFrames => Window + Sink;

    /// <summary>The lattice of blocks and calls.</summary>
    internal StaggeredSchedule Schedule => new(StepList.Count, Stagger);

    /// <summary>In words, such as "rolling window of 5 blocks, 1000-800-600-400-200, shift 5".</summary>
    public string Describe() => FormattableString.Invariant(
        $"rolling window of {MostBlocks} block{(MostBlocks == 1 ? "" : "s")}, {string.Join('-', StepList)}{(WarpStepList ? "" : " unwarped")}, shift {Shift}");

    /// <summary>Checks ranges and conflicts.</summary>
    /// <param name="method">Name of the method, for messages.</param>
    /// <param name="chunkFrames">Latent frames of a block.</param>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public void Validate(string method, int chunkFrames = 1)
    {
        if (StepList.Count < 2)
        {
            throw new ArgumentException($"{method}: steps has {StepList.Count} level; a rolling window needs at least 2.");
        }
        if (!(Shift > 0 && double.IsFinite(Shift)))
        {
            throw new ArgumentException(FormattableString.Invariant($"{method}: shift is {Shift}; it is a positive number."));
        }
        try
        {
            new FlowMatchSchedule(Shift).FewStepTimesteps(StepList, WarpStepList);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"{method}: steps are {string.Join('-', StepList)}; they fall from at most 1000 to at least 1.", e);
        }
        if (Stagger < 1 || Stagger > StepList.Count)
        {
            throw new ArgumentException(
                $"{method}: stagger is {Stagger}; with {StepList.Count} steps it lies between 1 (rolling window) and {StepList.Count} (block after block).");
        }
        if (Sink < 0)
        {
            throw new ArgumentException($"{method}: sink is {Sink}; it counts latent frames and is at least 0.");
        }
        int needed = Sink + (MostBlocks * chunkFrames);
        if (Window < needed)
        {
            throw new ArgumentException(
                $"{method}: window {Window} does not hold sink {Sink} and {MostBlocks} blocks of {chunkFrames} latent frames; " +
                $"make it at least {needed}, or have fewer steps or a smaller sink.");
        }
    }
}
