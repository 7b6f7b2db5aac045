using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Tests.Context;

/// <summary>The presets that <see cref="ContextConformanceTests"/> run, and what is known of them.</summary>
public static class ConformanceRuns
{
    /// <summary>Preset with settings that do not change the result themselves, and chunks of 3 that fit in its window.</summary>
    public static TheoryData<string, int> Windows => new()
    {
        { "sliding-window", 7 },
        { "self-forcing", 7 },
        { "longlive", 4 },
        { "longlive-infinity", 4 },
        { "infinity-rope", 2 },
        { "flex:noise=iid", 7 },
        { "flex:noise=iid,frm=far", 7 },
        { "flex:noise=iid,reset-sink=on", 7 },
        { "flex.rope", 7 },
        { "flex.noise:noise=iid", 7 },
        { "flex.sink", 7 },
        { "lol:jitter=0", 4 },
        { "position-interpolation", 7 },
        { "ntk", 7 },
        { "yarn", 7 },
        { "riflex", 7 },
        { "streaming-llm", 7 },
        { "deep-sink", 7 },
        { "deep-forcing", 7 },
        { "reward-forcing", 3 },
        { "memrope", 4 },
        { "memrope:average=position", 4 },
        { "memrope:average=adaptive", 4 },
        { "memflow:entry=leaving", 4 },
        { "memflow:entry=leaving,score=softmax,view=top-frames", 4 },
        { "memflow:entry=leaving,positions=relative", 4 },
        { "rolling-sink", 7 },
        { "inflvg:scene=12", 7 },
        { "custom", 7 },
        { "custom:context=top-tokens,positions=absolute", 7 },
        { "custom:context=averages,positions=anchored,view=top-frames", 4 },
    };

    /// <summary>Preset with settings, and its sink.</summary>
    public static TheoryData<string, int> Sinks => new()
    {
        { "sliding-window:sink=2", 2 },
        { "self-forcing:sink=3", 3 },
        { "longlive", 3 },
        { "longlive-infinity", 3 },
        { "infinity-rope", 1 },
        { "flex", 3 },
        { "flex:reset-sink=on", 3 },
        { "flex.rope", 3 },
        { "flex.sink", 3 },
        { "flex.noise:sink=1", 1 },
        { "lol", 3 },
        { "position-interpolation", 3 },
        { "ntk", 3 },
        { "yarn", 3 },
        { "riflex", 3 },
        { "rolling-forcing", 3 },
        { "streaming-llm", 4 },
        { "deep-sink", 10 },
        { "deep-forcing", 10 },
        { "memrope", 3 },
        { "memrope:average=adaptive", 3 },
        { "memflow", 3 },
        { "memflow:view=top-frames", 3 },
        { "reward-forcing:decay=1", 3 },
        { "inflvg:scene=6", 1 },
        { "custom:sink=5,positions=adjacent", 5 },
    };

    /// <summary>Presets whose frames stand at their slot in the cache.</summary>
    public static TheoryData<string> Bounded =>
    [
        "longlive-infinity", "infinity-rope", "rolling-forcing", "streaming-llm", "deep-sink", "deep-forcing", "reward-forcing", "memrope",
        "memflow:positions=relative", "inflvg:scene=6,positions=relative", "custom:positions=relative,sink=3",
    ];

    /// <summary>Presets whose frames stand at their place in the video.</summary>
    public static TheoryData<string> Unbounded =>
    [
        "full", "sliding-window", "self-forcing", "longlive", "flex", "flex.rope", "flex.noise", "flex.sink", "lol", "position-interpolation", "ntk",
        "yarn", "riflex", "memflow", "rolling-sink", "custom", "custom:context=top-tokens",
    ];

    /// <summary>Presets with settings, and where whole frames simply go, the slot of the first that does.</summary>
    public static TheoryData<string, int?> Evictions => new()
    {
        { "full", null },
        { "sliding-window", 0 },
        { "self-forcing", 0 },
        { "longlive", 3 },
        { "longlive-infinity", 3 },
        { "infinity-rope", 1 },
        { "flex", 3 },
        { "flex.rope", 3 },
        { "flex.noise", 0 },
        { "flex.sink", 3 },
        { "lol", 3 },
        { "position-interpolation", 3 },
        { "ntk", 3 },
        { "yarn", 3 },
        { "riflex", 3 },
        { "rolling-forcing", 3 },
        { "streaming-llm", 4 },
        { "deep-sink", 10 },
        { "deep-forcing", null },
        { "reward-forcing", null },
        { "memrope", null },
        { "memrope:average=adaptive", null },
        { "memflow", null },
        { "memflow:view=top-frames", null },
        { "memflow:entry=leaving", null },
        { "rolling-sink", 0 },
        { "inflvg:scene=6", 1 },
        { "custom:sink=2", 2 },
    };

    public static TheoryData<string> Fresh =>
    [
        "streaming-llm", "deep-sink", "deep-forcing", "reward-forcing", "memrope", "memrope:average=position", "memrope:average=adaptive", "memflow",
        "memflow:entry=leaving", "memflow:score=softmax,view=top-frames", "rolling-sink",
    ];

    public static TheoryData<string, int, bool> Snapshots
    {
        get
        {
            TheoryData<string, int, bool> data = [];
            foreach (string preset in (string[])
            [
                "streaming-llm", "deep-forcing", "reward-forcing", "memrope", "memrope:average=adaptive", "memflow", "memflow:entry=leaving",
                "memflow:score=softmax,view=top-frames", "rolling-sink", "inflvg:choose=random,scene=6,sink=3",
            ])
            {
                foreach (int stop in (int[])[1, 7, 8, 11])
                {
                    data.Add(preset, stop, stop == 8);
                }
            }
            return data;
        }
    }

    /// <summary>Makes a method; settings follow a colon, with commas between.</summary>
    public static StreamingMethod Method(string preset)
    {
        string[] parts = preset.Split(':');
        Dictionary<string, string> settings = parts.Length == 1
            ? []
            : parts[1].Split(',').Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
        return MethodPresets.Create(parts[0], settings);
    }
}
