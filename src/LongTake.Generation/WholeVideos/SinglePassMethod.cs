using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Models.Wan;

namespace LongTake.Generation.WholeVideos;

/// <summary>What methods with one network call a step over the whole video differ in (<see cref="SinglePassStream"/>).</summary>
/// <param name="name">Name in messages and reports.</param>
internal sealed class SinglePassMethod(string name)
{
    /// <summary>Refuses runs that the settings do not fit; null for none.</summary>
    public Action<ClipRunInfo>? Check { get; init; }

    /// <summary>Bytes beside latents and calls, such as a second branch of self-attention; null for none.</summary>
    public Func<ClipRunInfo, long>? ExtraBytes { get; init; }

    /// <summary>What the latents start from. Default: independent noise.</summary>
    public Func<ClipRunInfo, INoisePolicy> Noise { get; init; } = run => new CounterNoise(run.Seed);

    /// <summary>Makes self-attention over the whole video; null, or one that gives null, for the network's own.</summary>
    public Func<ClipRunInfo, RotaryEmbedding, TokenGrid, ISelfAttention?>? Attention { get; init; }

    /// <summary>Told of the number of each step and of its call, filled, before the network is; null for nothing.</summary>
    public Action<ClipRunInfo, int, ClipCall>? Prepare { get; init; }

    /// <summary>Makes the method.</summary>
    public ClipMethod ToMethod() => new()
    {
        Name = name,
        NeedsLength = true,
        Plan = run =>
        {
            int latents = WholeVideoPlan.Latents(run);
            Check?.Invoke(run);
            return WholeVideoPlan.For(run, latents, extraBytes: ExtraBytes?.Invoke(run) ?? 0);
        },
        Start = (run, network) => new SinglePassStream(
            run,
            network,
            Noise(run),
            Attention is null ? null : (rotary, grid) => Attention(run, rotary, grid),
            Prepare is null ? null : (step, call) => Prepare(run, step, call)),
    };
}
