using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.RewardForcing;

/// <summary>
/// Reward Forcing's cache: a short window whose sink is a moving average of everything that has left it.
/// Source: kv-cache-strategies.md 3.10.
/// </summary>
public sealed record RewardForcingOptions
{
    private const string PresetName = "reward-forcing";

    /// <summary>The preset <c>reward-forcing</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        PresetName, "Reward Forcing: a sink that averages all that has left a window of 9", settings =>
        (Kept(settings) with { PromptChange = settings.Choice("prompt-change", PromptChangeKind.Keep) }).ToMethod())
    {
        Keeps = "3 averages of all that has left, begun with the first frames, and the newest 6",
        Paper = "Reward Forcing, arXiv 2512.04678",
    };

    /// <summary>Name in messages and reports. Default <c>reward-forcing</c>.</summary>
    public string Name { get; init; } = PresetName;

    /// <summary>Latent frames attended to, sink and current chunk included. Default 9.</summary>
    public int Window { get; init; } = 9;

    /// <summary>Slots of the sink. Default 3, a chunk of the released models.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>Weight of the old sink when a frame is mixed in. Default 0.999, as in the reference code (the paper has other numbers).</summary>
    public double Decay { get; init; } = 0.999;

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Values conflict.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow(Name, Window, Sink);
        if (Sink < 1)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: sink is {Sink}, so there is nothing to average into with decay {Decay}; make it at least 1, or use sliding-window."));
        }
        if (!(Decay >= 0 && Decay <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant($"{Name}: decay is {Decay}; it is the weight of the old sink and lies between 0 and 1."));
        }
        PromptChange.CheckCanRecache(Name, "the sink, which is an average that no frame stands for");
        return new StreamingMethod
        {
            Name = Name,
            Context = MethodPresets.Window(Name, Window, Sink, _ => new EmaSinkContext(Window, Sink, Decay)),
            Positions = _ => new BlockRelativePositions(),
            PromptChange = _ => PromptChange.Policy(Sink),
        };
    }

    /// <summary>Reads the settings of what is kept.</summary>
    internal static RewardForcingOptions Kept(MethodSettings settings, string name = PresetName)
    {
        RewardForcingOptions defaults = new();
        return new RewardForcingOptions
        {
            Name = name,
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            Decay = settings.Double("decay", defaults.Decay),
        };
    }
}
