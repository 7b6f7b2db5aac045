using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;
using static LongTake.Generation.Tests.Methods.FrequencyMethods;

namespace LongTake.Generation.Tests.Methods;

/// <summary>Methods put together by name.</summary>
public class CustomPresetTests
{
    private const int Chunks = 12;
    private const int Switch = 9;

    /// <summary>A preset, and the parts that it consists of.</summary>
    public static TheoryData<string, string> Combinations => new()
    {
        { "full", "context=full" },
        { "sliding-window", "" },
        { "self-forcing", "window=21" },
        { "longlive", "window=12+sink=3+prompt-change=recache" },
        { "longlive:sink-scope=reset", "window=12+sink=3+prompt-change=recache-all" },
        { "longlive-infinity", "window=12+sink=3+positions=relative+prompt-change=recache" },
        { "infinity-rope", "window=6+sink=1+positions=relative+prompt-change=flush" },
        { "infinity-rope:window=12+flush-keep=1", "window=12+sink=1+positions=relative+prompt-change=flush+flush-keep=1" },
        { "streaming-llm", "sink=4+positions=relative" },
        { "deep-sink", "sink=10+positions=relative" },
        { "deep-forcing", "context=top-tokens+positions=relative" },
        { "reward-forcing", "context=ema-sink+positions=relative" },
        { "memrope", "context=averages+positions=relative" },
        { "memflow", "context=text-bank+prompt-change=recache" },
        { "memflow:score=softmax", "context=text-bank+score=softmax+prompt-change=recache" },
        { "memrope:average=adaptive", "context=averages+average=adaptive+positions=relative" },
        { "rolling-sink", "context=rolling-sink" },
        { "memflow:view=top-frames+top=2", "context=text-bank+view=top-frames+top=2+prompt-change=recache" },
        { "flex", "sink=3+frequencies=flex+noise=ar1" },
        { "flex:frm=far+window=12+jitter=0.8", "window=12+sink=3+frequencies=flex+frm=far+jitter=0.8+noise=ar1" },
        { "flex:reset-sink=on+trained-frames=6", "context=moving-sink+frequencies=flex+trained-frames=6+noise=ar1" },
        { "flex.rope", "sink=3+frequencies=flex" },
        { "flex.noise:noise=dual-ar+renoise=same-law", "noise=dual-ar+renoise=same-law" },
        { "flex.sink:sink-position=adjacent", "sink=3+positions=adjacent" },
        { "sliding-window:sink=3+positions=anchored+anchor=9", "sink=3+positions=anchored+anchor=9" },
        { "lol", "window=12+sink=3+jitter=0.8+prompt-change=recache" },
        { "position-interpolation", "sink=3+frequencies=interpolation" },
        { "ntk:scale=fixed", "sink=3+frequencies=ntk+scale=fixed" },
        { "yarn", "sink=3+frequencies=yarn" },
        { "riflex:pair=1", "sink=3+frequencies=riflex+pair=1" },
    };

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Presets_are_combinations(string preset, string parts)
    {
        using TinyModel model = new();
        float[][] expected = Run(model, Make(preset));
        Assert.Equal(expected, Run(model, Make(parts.Length == 0 ? "custom" : $"custom:{parts}")));

        static float[][] Run(TinyModel model, StreamingMethod method) => model.Run(method, Chunks, beforeChunk: g =>
        {
            if (g.NextFrame == Switch * TinyModel.Chunk)
            {
                g.SetPrompt(TinyModel.Prompt(1));
            }
        });
    }

    [Fact]
    public void What_no_preset_has_can_be_put_together()
    {
        using TinyModel model = new();
        string[] combinations =
        [
            "context=averages+positions=anchored+noise=mirrored+noise-scope=chunk+jitter=0.3",
            "context=top-tokens+positions=absolute+frequencies=ntk+noise=ar1",
            "context=text-bank+score=softmax+view=top-frames+positions=relative+prompt-change=flush",
            "context=ema-sink+view=top-frames+top=2+positions=adjacent",
        ];
        float[][][] videos = [.. combinations.Select(c => model.Run(Make($"custom:{c}"), 12))];
        Assert.All(videos, v => Assert.All(v, chunk => Assert.All(chunk, x => Assert.True(float.IsFinite(x)))));
        Assert.Equal(videos.Length, videos.Select(v => v[^1][0]).Distinct().Count());

        // On any number of threads the same bytes.
        using TinyModel threaded = new(3);
        Assert.Equal(videos[2], threaded.Run(Make($"custom:{combinations[2]}"), 12));
        Assert.Equal(videos[3], threaded.Run(Make($"custom:{combinations[3]}"), 12));
    }

    [Fact]
    public void Settings_are_those_of_the_parts()
    {
        Assert.Equal(
            "context=window, window=21, sink=0, view=all, positions=absolute, frequencies=standard, jitter=0, noise=iid, prompt-change=keep",
            Shown("custom"));
        Assert.Equal(
            "context=averages, sink=3, recent=4, long-rate=0.01, short-rate=0.1, average=global, view=top-frames, top=2, positions=anchored, anchor=21, " +
            "frequencies=standard, jitter=0, noise=ar1, rho=-0.7, noise-scope=stream, renoise=none, prompt-change=flush, flush-keep=2",
            Shown("custom:context=averages+view=top-frames+top=2+positions=anchored+noise=ar1+prompt-change=flush"));

        static string Shown(string text) => string.Join(", ", Make(text).Settings.Select(s => $"{s.Key}={s.Value}"));
    }

    [Theory]
    [InlineData("context=bank", "The setting 'context' of the method 'custom' is 'bank'; it is one of window, full, moving-sink, ema-sink, averages")]
    [InlineData("decay=0.5", "The setting 'decay' of the method 'custom' goes with context=ema-sink, but there is context=window")]
    [InlineData("context=ema-sink+positions=relative+trigger=3", "'trigger' of the method 'custom' goes with context=top-tokens, but there is context=ema-sink")]
    [InlineData("anchor=3", "goes with positions=anchored, but there is positions=absolute")]
    [InlineData("top=2", "goes with view=top-frames, but there is view=all")]
    [InlineData("rho=0.5", "goes with noise=ar1 or noise=alternating-ar or noise=dual-ar or noise=mirrored, but there is noise=iid")]
    [InlineData("r-lo=0.5", "goes with frequencies=flex, but there is frequencies=standard")]
    [InlineData("flush-keep=1", "goes with prompt-change=flush, but there is prompt-change=keep")]
    [InlineData("speed=2", "The method 'custom' has no setting 'speed'; it has context, window, sink, view")]
    [InlineData("sink=21", "custom: window 21 conflicts with sink 21")]
    [InlineData("context=moving-sink+sink=0", "context=moving-sink has no sink to move with sink 0")]
    [InlineData("context=moving-sink+prompt-change=recache", "prompt-change=recache conflicts with context=moving-sink")]
    [InlineData("context=averages", "context=averages averages frames, and an average has no place in the video for positions=absolute")]
    [InlineData("context=ema-sink", "context=ema-sink averages frames")]
    [InlineData("context=ema-sink+sink=0+positions=relative", "custom: sink is 0, so there is nothing to average into with decay")]
    [InlineData("context=text-bank+positions=adjacent", "positions=adjacent puts a sink right before the frames of a window, and context=text-bank is none")]
    [InlineData("context=full+positions=adjacent", "context=full is none")]
    [InlineData("positions=relative+window=60", "cut-position 45 lies among the 60 frames that context=window holds")]
    [InlineData("positions=relative+frequencies=flex", "frequencies=flex is for frames at their place in the video, and positions=relative leaves nothing far away")]
    [InlineData("positions=anchored+frequencies=riflex", "frequencies=riflex is for frames at their place")]
    [InlineData("frequencies=flex+frm=off", "frequencies=flex modulates nothing with frm=off")]
    [InlineData("frequencies=flex+frm=far", "frm=far leaves the newest 21 frames of context=window as they are")]
    [InlineData("frequencies=flex+frm=far+context=full", "context=full has no end of those")]
    [InlineData("frequencies=flex+frm=far+sink=3+scale=fixed", "custom: scale=fixed has no effect with frm=far")]
    [InlineData("view=top-frames+sink=3", "view=top-frames with top 3 hides nothing of sink 3 (context=window)")]
    [InlineData("view=top-frames+top=0+sink=3", "top is 0")]
    [InlineData("view=top-frames+context=top-tokens", "context=top-tokens other tokens in each layer")]
    [InlineData("view=top-frames+context=full", "view=top-frames chooses among frames beside a window, and context=full has none")]
    [InlineData("context=averages+positions=relative+prompt-change=recache-all", "prompt-change=recache-all conflicts with context=averages: the averages")]
    [InlineData("context=text-bank+prompt-change=recache-all", "prompt-change=recache-all conflicts with context=text-bank: the bank")]
    [InlineData("prompt-change=flush+window=4+sink=2+flush-keep=3", "flush-keep 3 and sink 2 are more than the 4 frames that context=window holds")]
    [InlineData("noise=mirrored", "noise=mirrored draws its pattern anew for each chunk; set noise-scope=chunk")]
    [InlineData("jitter=1", "jitter is 1")]
    [InlineData("context=rolling-sink+prompt-change=flush", "prompt-change=flush conflicts with context=rolling-sink: the first window comes round")]
    [InlineData("context=rolling-sink+positions=adjacent", "context=rolling-sink is none")]
    [InlineData("context=averages+positions=relative+average=adaptive+short-rate=0.5", "average=adaptive makes short-rate 0.5 up to 5 times as large")]
    public void What_does_not_go_together_is_refused_by_name(string settings, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Make($"custom:{settings}")).Message, StringComparison.OrdinalIgnoreCase);
}
