using LongTake.Generation.Context;
using LongTake.Generation.Methods.DeepForcing;
using LongTake.Generation.Methods.Full;
using LongTake.Generation.Methods.MemFlow;
using LongTake.Generation.Methods.MemRope;
using LongTake.Generation.Methods.RewardForcing;
using LongTake.Generation.Methods.RollingSink;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Custom;

/// <summary>A context policy, chosen by name, and what the rules of combination ask of it.</summary>
/// <param name="Kind">The choice.</param>
/// <param name="Create">Makes the policy of a run.</param>
internal sealed record ContextPart(ContextKind Kind, Func<RunInfo, IContextPolicy> Create)
{
    /// <summary>First slots that hold the sink.</summary>
    public int Sink { get; init; }

    /// <summary>Frames held, the bank included, chunks perhaps not; null for all of them.</summary>
    public int? Held { get; init; }

    /// <summary>Newest frames that are held whole without a gap, with the chunk in work; null for all of them.</summary>
    public int? Newest { get; init; }

    /// <summary>Most frames held beside the window; 0 if there is no window to be beside of.</summary>
    public int Beside { get; init; }

    /// <summary>What <see cref="Beside"/> counts, with the settings that say how many.</summary>
    public string BesideNames { get; init; } = string.Empty;

    /// <summary>Whether slots hold averages.</summary>
    public bool Averages { get; init; }

    /// <summary>Whether frames lie in order, the sink alone apart.</summary>
    public bool IsWindow { get; init; }

    /// <summary>Why a new prompt cannot change what is held; null if it can.</summary>
    public string? Stays { get; init; }

    /// <summary>Why the sink cannot be computed anew; null if it can.</summary>
    public string? SinkStays { get; init; }
}

/// <summary>The context policies by name: each is read by the options of the method that it comes from, with that method's defaults.</summary>
internal static class ContextParts
{
    private static readonly Dictionary<ContextKind, Func<MethodSettings, ContextPart>> s_readers = new()
    {
        [ContextKind.Window] = Window,
        [ContextKind.Full] = _ => new ContextPart(ContextKind.Full, new FullOptions { Name = CustomPreset.Name }.ToMethod().Context),
        [ContextKind.MovingSink] = MovingSink,
        [ContextKind.EmaSink] = EmaSink,
        [ContextKind.Averages] = Averages,
        [ContextKind.TopTokens] = TopTokens,
        [ContextKind.TextBank] = TextBank,
        [ContextKind.RollingSink] = RollingSink,
    };

    /// <summary>Reads a choice and its settings.</summary>
    /// <exception cref="ArgumentException">A value is out of its range or conflicts with another.</exception>
    public static ContextPart Read(ContextKind kind, MethodSettings settings) => s_readers[kind](settings);

    private static ContextPart Window(MethodSettings settings)
    {
        SlidingWindowOptions o = new() { Name = CustomPreset.Name };
        o = o with { Window = settings.Int("window", o.Window), Sink = settings.Int("sink", o.Sink) };
        return OfWindow(ContextKind.Window, o.ToMethod().Context, o.Window, o.Sink);
    }

    private static ContextPart MovingSink(MethodSettings settings)
    {
        // The sink of FLEX, whose option this is.
        int window = settings.Int("window", 21);
        int sink = settings.Int("sink", 3);
        MethodPresets.CheckWindow(CustomPreset.Name, window, sink);
        CustomRules.Require(sink > 0, "context=moving-sink has no sink to move with sink 0; make it at least 1, or set context=window");
        return OfWindow(
            ContextKind.MovingSink,
            MethodPresets.Window(CustomPreset.Name, window, sink, _ => new MovingSinkContext(window, sink)),
            window,
            sink);
    }

    private static ContextPart EmaSink(MethodSettings settings)
    {
        RewardForcingOptions o = RewardForcingOptions.Kept(settings, CustomPreset.Name);
        return OfWindow(ContextKind.EmaSink, o.ToMethod().Context, o.Window, o.Sink) with
        {
            Averages = o.Decay < 1,
            SinkStays = "the sink is an average that no frame stands for",
        };
    }

    private static ContextPart Averages(MethodSettings settings)
    {
        MemRopeOptions o = MemRopeOptions.Kept(settings, CustomPreset.Name);
        return new ContextPart(ContextKind.Averages, o.ToMethod().Context)
        {
            Sink = o.Sink,
            Held = o.Sink + 2 + o.Recent,
            Newest = o.Recent,
            Beside = o.Sink + 2,
            BesideNames = $"sink {o.Sink} and two averages",
            Averages = true,
            SinkStays = "the averages would be older than the new sink",
        };
    }

    private static ContextPart TopTokens(MethodSettings settings)
    {
        DeepForcingOptions o = DeepForcingOptions.Kept(settings, CustomPreset.Name);
        return new ContextPart(ContextKind.TopTokens, o.ToMethod().Context)
        {
            Sink = o.Sink,
            Held = o.Trigger,
            Newest = o.Trigger - o.Sink,
            SinkStays = "the chosen tokens would be older than the new sink",
        };
    }

    private static ContextPart TextBank(MethodSettings settings)
    {
        MemFlowOptions o = MemFlowOptions.Kept(settings, CustomPreset.Name);
        return new ContextPart(ContextKind.TextBank, o.ToMethod().Context)
        {
            Sink = o.Sink,
            Held = o.Window + o.Bank,
            Newest = o.Window - o.Sink,
            Beside = o.Sink + o.Bank,
            BesideNames = $"sink {o.Sink} and bank {o.Bank}",
            SinkStays = "the bank would be older than the new sink",
        };
    }

    private static ContextPart RollingSink(MethodSettings settings)
    {
        RollingSinkOptions o = RollingSinkOptions.Kept(settings, CustomPreset.Name);
        return new ContextPart(ContextKind.RollingSink, o.ToMethod().Context)
        {
            Held = o.Window,
            Newest = o.Window,
            Beside = o.Window,
            BesideNames = $"window {o.Window}",
            Stays = "the first window comes round for ever",
        };
    }

    private static ContextPart OfWindow(ContextKind kind, Func<RunInfo, IContextPolicy> create, int window, int sink) => new(kind, create)
    {
        Sink = sink,
        Held = window,
        Newest = window - sink,
        Beside = sink,
        BesideNames = $"sink {sink}",
        IsWindow = true,
    };
}
