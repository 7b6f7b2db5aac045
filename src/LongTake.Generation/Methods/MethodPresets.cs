using LongTake.Generation.Context;
using LongTake.Generation.Methods.Custom;
using LongTake.Generation.Methods.DeepForcing;
using LongTake.Generation.Methods.DeepSink;
using LongTake.Generation.Methods.Flex;
using LongTake.Generation.Methods.FrequencyControls;
using LongTake.Generation.Methods.Full;
using LongTake.Generation.Methods.InfinityRope;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Methods.Lol;
using LongTake.Generation.Methods.LongLive;
using LongTake.Generation.Methods.MemFlow;
using LongTake.Generation.Methods.MemRope;
using LongTake.Generation.Methods.RewardForcing;
using LongTake.Generation.Methods.RollingForcing;
using LongTake.Generation.Methods.RollingSink;
using LongTake.Generation.Methods.SelfForcing;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Methods.StreamingLlm;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods;

/// <summary>The methods that are known by name.</summary>
public static class MethodPresets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<MethodPreset> All { get; } =
    [
        FullOptions.Preset,
        SlidingWindowOptions.Preset,
        SelfForcingOptions.Preset,
        LongLiveOptions.Preset,
        LongLiveOptions.InfinityPreset,
        InfinityRopeOptions.Preset,
        FlexPresets.Whole,
        FlexPresets.Rope,
        FlexPresets.Noise,
        FlexPresets.Sink,
        LolOptions.Preset,
        FrequencyControlPresets.PositionInterpolation,
        FrequencyControlPresets.Ntk,
        FrequencyControlPresets.Yarn,
        FrequencyControlPresets.Riflex,
        RollingForcingOptions.Preset,
        StreamingLlmOptions.Preset,
        DeepSinkOptions.Preset,
        DeepForcingOptions.Preset,
        RewardForcingOptions.Preset,
        MemRopeOptions.Preset,
        MemFlowOptions.Preset,
        InfLvgOptions.Preset,
        RollingSinkOptions.Preset,
        CustomPreset.Preset,
    ];

    /// <summary>Makes a method.</summary>
    /// <param name="name">Name of a preset.</param>
    /// <param name="settings">Adjustments by name; see the method's options.</param>
    /// <exception cref="ArgumentException">There is no such preset or setting, or values conflict; the message lists what
    /// there is.</exception>
    public static StreamingMethod Create(string name, IReadOnlyDictionary<string, string>? settings = null)
    {
        MethodPreset preset = All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                ClipPresets.Contains(name)
                    ? $"The method '{name}' is for bidirectional models; for causal ones there are {string.Join(", ", All.Select(p => p.Name))}."
                    : $"There is no method '{name}'; there are {string.Join(", ", All.Select(p => p.Name))}, " +
                        $"and for bidirectional models {string.Join(", ", ClipPresets.All.Select(p => p.Name))}.",
                nameof(name));
        MethodSettings reader = new($"the method '{preset.Name}'", settings);
        StreamingMethod method = preset.Create(reader);
        reader.RefuseUnknown();
        return method with { Settings = reader.Used };
    }

    /// <summary>The context of a method with a window. That chunks fit in it is checked when a run starts and says how long they are.</summary>
    /// <param name="method">Name of the method.</param>
    /// <param name="window">Latent frames of the window, sink and current chunk included.</param>
    /// <param name="sink">Latent frames of the sink.</param>
    /// <param name="create">Makes the policy; null for a plain window with a sink.</param>
    internal static Func<RunInfo, IContextPolicy> Window(
        string method, int window, int sink, Func<RunInfo, IContextPolicy>? create = null) => run =>
        {
            CheckWindow(method, window, sink, run.ChunkFrames);
            return create?.Invoke(run) ?? new SlidingWindowContext(window, sink);
        };

    /// <summary>Refuses a window that a sink and a chunk do not fit in.</summary>
    internal static void CheckWindow(string method, int window, int sink, int chunkFrames = 1)
    {
        if (window < 1)
        {
            throw new ArgumentException(
                $"{method}: window is {window}; it counts latent frames, sink and current chunk included, and is at least 1.");
        }
        if (sink < 0)
        {
            throw new ArgumentException($"{method}: sink is {sink}; it counts latent frames and is at least 0.");
        }
        if (sink + chunkFrames > window)
        {
            throw new ArgumentException(
                $"{method}: window {window} conflicts with sink {sink} and chunks of {chunkFrames}; " +
                $"make the window at least {sink + chunkFrames} or the sink smaller.");
        }
    }
}
