using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.MemRope;

/// <summary>
/// MemRoPE, training-free: between sink and recent frames two averages of all that has left, a long and a short memory.
/// Source: kv-cache-strategies.md 3.11.
/// </summary>
public sealed record MemRopeOptions
{
    private const string PresetName = "memrope";

    /// <summary>The preset <c>memrope</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        PresetName, "MemRoPE: a long and a short average of all that has left, beside sink and recent frames", settings =>
        (Kept(settings) with { PromptChange = settings.Choice("prompt-change", PromptChangeKind.Keep) }).ToMethod())
    {
        Keeps = "3 sink frames, 2 averages of all that has left, and the newest 7",
        Paper = "MemRoPE, arXiv 2603.12513",
    };

    /// <summary>Name in messages and reports. Default <c>memrope</c>.</summary>
    public string Name { get; init; } = PresetName;

    /// <summary>First latent frames of the video that stay. Default 3.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>Newest latent frames that stay, the current chunk not included. Default 4.</summary>
    public int Recent { get; init; } = 4;

    /// <summary>Weight of what leaves in the long memory. Default 0.01.</summary>
    public double LongRate { get; init; } = 0.01;

    /// <summary>Weight of what leaves in the short memory. Default 0.1.</summary>
    public double ShortRate { get; init; } = 0.1;

    /// <summary>What the averages are taken over. Default: all tokens, as released.</summary>
    public AverageKind Average { get; init; } = AverageKind.Global;

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Values conflict.</exception>
    public StreamingMethod ToMethod()
    {
        Require(Sink >= 0, $"sink is {Sink}; it counts latent frames and is at least 0");
        Require(Recent >= 0, $"recent is {Recent}; it counts latent frames beside the current chunk and is at least 0");
        Require(LongRate is >= 0 and <= 1, FormattableString.Invariant($"long-rate is {LongRate}; it lies between 0 and 1"));
        Require(ShortRate is >= 0 and <= 1, FormattableString.Invariant($"short-rate is {ShortRate}; it lies between 0 and 1"));
        Require(
            LongRate <= ShortRate,
            FormattableString.Invariant($"long-rate {LongRate} conflicts with short-rate {ShortRate}; the long memory changes more slowly, so make it smaller"));
        Require(
            Average != AverageKind.Adaptive || ShortRate * AveragedMemoryContext.FastestShare <= 1,
            FormattableString.Invariant(
                $"average=adaptive makes short-rate {ShortRate} up to {AveragedMemoryContext.FastestShare} times as large, more than 1; ")
            + "make it at most 0.2");
        PromptChange.CheckCanRecache(Name, "the averages, which would be older than the new sink");
        return new StreamingMethod
        {
            Name = Name,
            Context = run => new AveragedMemoryContext(Sink, Recent, run.ChunkFrames, LongRate, ShortRate, Average),
            Positions = _ => new BlockRelativePositions(),
            PromptChange = _ => PromptChange.Policy(Sink),
        };
    }

    /// <summary>Reads the settings of what is kept.</summary>
    internal static MemRopeOptions Kept(MethodSettings settings, string name = PresetName)
    {
        MemRopeOptions defaults = new();
        return new MemRopeOptions
        {
            Name = name,
            Sink = settings.Int("sink", defaults.Sink),
            Recent = settings.Int("recent", defaults.Recent),
            LongRate = settings.Double("long-rate", defaults.LongRate),
            ShortRate = settings.Double("short-rate", defaults.ShortRate),
            Average = settings.Choice("average", defaults.Average),
        };
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{Name}: {otherwise}.");
        }
    }
}
