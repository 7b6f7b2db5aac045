using LongTake.Generation.Context;
using LongTake.Generation.Positions;
using LongTake.Generation.Streaming;
using LongTake.Generation.Views;

namespace LongTake.Generation.Methods.MemFlow;

/// <summary>
/// MemFlow: LongLive's window and sink, and beside them a bank of frames that have most to do with the prompt.
/// Source: kv-cache-strategies.md 3.13, autoregressive-streaming.md 8.
/// </summary>
public sealed record MemFlowOptions
{
    private const string PresetName = "memflow";

    /// <summary>The preset <c>memflow</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        PresetName, "MemFlow: sink, window, and a bank of frames that answer the prompt best", settings =>
    {
        MemFlowOptions defaults = new();
        return (Kept(settings) with
        {
            Positions = settings.Choice("positions", defaults.Positions),
            PromptChange = settings.Choice("prompt-change", defaults.PromptChange),
            View = settings.Choice("view", defaults.View),
            Top = settings.Int("top", defaults.Top),
        }).ToMethod();
    })
    {
        Keeps = "3 sink frames, 3 chosen by the prompt in every layer, and the newest 9",
        Paper = "MemFlow, arXiv 2512.14699",
    };

    /// <summary>Name in messages and reports. Default <c>memflow</c>.</summary>
    public string Name { get; init; } = PresetName;

    /// <summary>Latent frames of sink and window, current chunk included; the bank is not. Default 12.</summary>
    public int Window { get; init; } = 12;

    /// <summary>First latent frames of the video that stay. Default 3.</summary>
    public int Sink { get; init; } = 3;

    /// <summary>Latent frames of the bank. Default 3; the paper finds 6 worse and 9 unstable.</summary>
    public int Bank { get; init; } = 3;

    /// <summary>Chunks from one frame considered for the bank to the next. Default 3.</summary>
    public int Interval { get; init; } = 3;

    /// <summary>When frames enter the bank. Default: with the next chunk, as in the reference.</summary>
    public BankEntry Entry { get; init; } = BankEntry.Recorded;

    /// <summary>How a full bank judges its frames. Default: as the reference code; the paper writes a softmax.</summary>
    public BankScore Score { get; init; } = BankScore.Product;

    /// <summary>Where frames stand in time. Default: at their place in the video, as the released model was trained.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Absolute;

    /// <summary>What a change of the prompt does. Default: recompute the window under the new prompt; sink and bank keep the old one.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Recache;

    /// <summary>What of sink and bank is attended to. Default: everything, as in the released settings.</summary>
    public ViewKind View { get; init; } = ViewKind.All;

    /// <summary>Frames of sink and bank that a head attends to, with <see cref="ViewKind.TopFrames"/> alone. Default 3.</summary>
    public int Top { get; init; } = TopFramesView.DefaultTop;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Values conflict.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow(Name, Window, Sink);
        if (Bank < 1)
        {
            throw new ArgumentException($"{Name}: bank is {Bank}; it counts latent frames and is at least 1 (without a bank, use longlive).");
        }
        if (Interval < 1)
        {
            throw new ArgumentException($"{Name}: interval is {Interval}; it counts chunks and is at least 1.");
        }
        if (Positions is PositionKind.Adjacent or PositionKind.Anchored)
        {
            throw new ArgumentException($"{Name}: positions is {Positions.ToString().ToLowerInvariant()}; with a bank it is absolute or relative.");
        }
        View.Check(Name, Top, Sink + Bank, $"sink {Sink} and bank {Bank}");
        PromptChange.CheckCanRecache(Name, "the bank, whose frames would be older than the new sink");
        return new StreamingMethod
        {
            Name = Name,
            Context = MethodPresets.Window(
                Name, Window, Sink, run => new TextBankContext(Window, Sink, Bank, Interval, run.ChunkFrames, Entry, Score)),
            Positions = _ => Positions == PositionKind.Relative ? new BlockRelativePositions() : new AbsolutePositions(),
            PromptChange = _ => PromptChange.Policy(Sink),
            View = _ => View.Policy(Top),
        };
    }

    /// <summary>Reads the settings of what is kept.</summary>
    internal static MemFlowOptions Kept(MethodSettings settings, string name = PresetName)
    {
        MemFlowOptions defaults = new();
        return new MemFlowOptions
        {
            Name = name,
            Window = settings.Int("window", defaults.Window),
            Sink = settings.Int("sink", defaults.Sink),
            Bank = settings.Int("bank", defaults.Bank),
            Interval = settings.Int("interval", defaults.Interval),
            Entry = settings.Choice("entry", defaults.Entry),
            Score = settings.Choice("score", defaults.Score),
        };
    }
}
