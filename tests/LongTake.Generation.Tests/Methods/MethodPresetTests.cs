using LongTake.Generation.Context;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.DeepForcing;
using LongTake.Generation.Methods.InfinityRope;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Methods.MemFlow;
using LongTake.Generation.Methods.RewardForcing;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Tests.Methods;

public class MethodPresetTests
{
    private static readonly RunInfo s_run = new(0, 3, 30);

    [Fact]
    public void Presets_set_what_the_papers_say()
    {
        Check("full", 30, 0, typeof(AbsolutePositions), typeof(KeepContext));
        Check("sliding-window", 21, 0, typeof(AbsolutePositions), typeof(KeepContext));
        Check("self-forcing", 21, 0, typeof(AbsolutePositions), typeof(KeepContext));
        Check("longlive", 12, 3, typeof(AbsolutePositions), typeof(RecacheContext));
        Check("longlive-infinity", 12, 3, typeof(BlockRelativePositions), typeof(RecacheContext));
        Check("infinity-rope", 6, 1, typeof(BlockRelativePositions), typeof(FlushContext));
        Check("rolling-forcing", 24, 3, typeof(BlockRelativePositions), typeof(KeepContext));
        Check("streaming-llm", 21, 4, typeof(BlockRelativePositions), typeof(KeepContext));
        Check("deep-sink", 21, 10, typeof(BlockRelativePositions), typeof(KeepContext));
        Check("deep-forcing", 21, 10, typeof(BlockRelativePositions), typeof(KeepContext));
        Check("reward-forcing", 9, 3, typeof(BlockRelativePositions), typeof(KeepContext));
        Check("memrope", 12, 3, typeof(BlockRelativePositions), typeof(KeepContext));
        Check("memflow", 15, 3, typeof(AbsolutePositions), typeof(RecacheContext));
        Check("inflvg", 57, 1, typeof(AbsolutePositions), typeof(ChooseContext));
        Check("rolling-sink", 21, 0, typeof(AbsolutePositions), typeof(KeepContext));
        Check("custom", 21, 0, typeof(AbsolutePositions), typeof(KeepContext));
        Assert.Equal(MethodPresets.All.Count, MethodPresets.All.Select(p => p.Name).Distinct().Count());

        static void Check(string name, int window, int sink, Type positions, Type promptChange)
        {
            StreamingMethod method = MethodPresets.Create(name);
            Assert.Equal(name, method.Name);
            IContextPolicy context = method.Context(s_run);
            Assert.Equal(window, context.Capacity);
            Assert.Equal(sink, context switch
            {
                SlidingWindowContext c => c.Sink,
                ParticipativeContext c => c.Sink,
                EmaSinkContext c => c.Sink,
                AveragedMemoryContext c => c.Sink,
                TextBankContext c => c.Sink,
                InfLvgContext c => c.Sink,
                _ => 0,
            });
            Assert.IsType(positions, method.Positions(s_run));
            Assert.IsType(promptChange, method.PromptChange(s_run));
        }
    }

    [Fact]
    public void Settings_are_taken_and_shown()
    {
        StreamingMethod method = MethodPresets.Create("LongLive", new Dictionary<string, string> { ["window"] = "9", ["sink-scope"] = "reset" });
        Assert.Equal(["window=9", "sink=3", "sink-scope=reset"], method.Settings.Select(s => $"{s.Key}={s.Value}"));
        Assert.Equal(9, method.Context(s_run).Capacity);
        StreamingMethod window = MethodPresets.Create(
            "sliding-window", new Dictionary<string, string> { ["positions"] = "relative", ["prompt-change"] = "recache-all" });
        Assert.IsType<BlockRelativePositions>(window.Positions(s_run));
        Assert.IsType<RecacheContext>(window.PromptChange(s_run));
    }

    [Theory]
    [InlineData("longlove", "", "", "There is no method 'longlove'; there are full, sliding-window, self-forcing, longlive,")]
    [InlineData("full", "window", "3", "The method 'full' has no setting 'window'; it has none.")]
    [InlineData("longlive", "sinks", "3", "has no setting 'sinks'; it has window, sink, sink-scope.")]
    [InlineData("longlive", "window", "twelve", "The setting 'window' of The method 'longlive' is 'twelve'; a whole number is expected.")]
    [InlineData("longlive", "sink-scope", "local", "is 'local'; it is one of global, reset.")]
    [InlineData("longlive", "window", "0", "longlive: window is 0")]
    [InlineData("longlive", "sink", "-1", "longlive: sink is -1")]
    [InlineData("longlive-infinity", "sink", "12", "longlive-infinity: window 12 conflicts with sink 12")]
    [InlineData("infinity-rope", "flush-keep", "6", "flush-keep is 6; with sink 1 in a window of 6 it lies between 0 and 5")]
    [InlineData("infinity-rope", "cut-position", "5", "cut-position 5 lies inside the window of 6")]
    [InlineData("streaming-llm", "sink", "21", "streaming-llm: window 21 conflicts with sink 21")]
    [InlineData("deep-sink", "window", "9", "deep-sink: window 9 conflicts with sink 10")]
    [InlineData(
        "deep-forcing", "sink", "12", "deep-forcing: budget 16 conflicts with sink 12 and recent 4, beside which no tokens could be kept; make it at least 17")]
    [InlineData("deep-forcing", "trigger", "15", "deep-forcing: trigger 15 conflicts with budget 16")]
    [InlineData("deep-forcing", "recent", "0", "deep-forcing: recent is 0")]
    [InlineData("deep-forcing", "sink", "-1", "deep-forcing: sink is -1")]
    [InlineData("deep-forcing", "prompt-change", "recache-all", "deep-forcing: prompt-change recache-all conflicts with the chosen tokens")]
    [InlineData("reward-forcing", "sink", "0", "reward-forcing: sink is 0, so there is nothing to average into")]
    [InlineData("reward-forcing", "decay", "1.5", "reward-forcing: decay is 1.5")]
    [InlineData("reward-forcing", "prompt-change", "recache-all", "reward-forcing: prompt-change recache-all conflicts with the sink")]
    [InlineData("memrope", "recent", "-1", "memrope: recent is -1")]
    [InlineData("memrope", "sink", "-1", "memrope: sink is -1")]
    [InlineData("memrope", "long-rate", "2", "memrope: long-rate is 2")]
    [InlineData("memrope", "short-rate", "-0.1", "memrope: short-rate is -0.1")]
    [InlineData("memrope", "long-rate", "0.5", "memrope: long-rate 0.5 conflicts with short-rate 0.1")]
    [InlineData("memrope", "average", "median", "is 'median'; it is one of global, position, adaptive.")]
    [InlineData("memflow", "positions", "adjacent", "memflow: positions is adjacent; with a bank it is absolute or relative")]
    [InlineData("memflow", "top", "0", "memflow: top is 0")]
    [InlineData("memflow", "top", "5", "memflow: top 5 has no effect with view=all; set view=top-frames, or leave top out.")]
    [InlineData("memflow", "score", "cosine", "is 'cosine'; it is one of product, softmax.")]
    [InlineData("rolling-sink", "window", "0", "rolling-sink: window is 0")]
    [InlineData("rolling-sink", "sink", "3", "has no setting 'sink'; it has window.")]
    [InlineData("memrope", "prompt-change", "recache-all", "memrope: prompt-change recache-all conflicts with the averages")]
    [InlineData("memflow", "bank", "0", "memflow: bank is 0")]
    [InlineData("memflow", "interval", "0", "memflow: interval is 0")]
    [InlineData("memflow", "window", "3", "memflow: window 3 conflicts with sink 3")]
    [InlineData("memflow", "entry", "later", "is 'later'; it is one of recorded, leaving.")]
    [InlineData("memflow", "prompt-change", "recache-all", "memflow: prompt-change recache-all conflicts with the bank")]
    [InlineData("inflvg", "keep", "0", "inflvg: keep is 0")]
    [InlineData("inflvg", "sink", "-1", "inflvg: sink is -1")]
    [InlineData("inflvg", "recent", "-1", "inflvg: recent is -1")]
    [InlineData("inflvg", "scene", "0", "inflvg: scene is 0")]
    [InlineData("inflvg", "choose", "best", "is 'best'; it is one of learned, drawn, random, recent.")]
    [InlineData("inflvg", "positions", "adjacent", "inflvg: positions is Adjacent; it is absolute or relative")]
    public void Unknown_names_and_conflicts_are_refused_by_name(string preset, string name, string value, string message)
    {
        Dictionary<string, string> settings = name.Length == 0 ? [] : new() { [name] = value };
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => MethodPresets.Create(preset, settings)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_window_too_narrow_for_the_chunk_is_refused_when_the_run_starts()
    {
        StreamingMethod method = new InfinityRopeOptions { Window = 3, FlushKeep = 2 }.ToMethod();
        Assert.Contains("make the window at least 4", Assert.Throws<ArgumentException>(() => method.Context(s_run)).Message);
        method = new DeepForcingOptions { Recent = 2 }.ToMethod();
        Assert.Contains("recent 2 conflicts with chunks of 3", Assert.Throws<ArgumentException>(() => method.Context(s_run)).Message);
        method = new InfLvgOptions { Scene = 2 }.ToMethod();
        Assert.Contains("scene 2 conflicts with chunks of 3; make it at least 3", Assert.Throws<ArgumentException>(() => method.Context(s_run)).Message);
        method = new MemFlowOptions { Window = 5 }.ToMethod();
        Assert.Contains("window 5 conflicts with sink 3 and chunks of 3", Assert.Throws<ArgumentException>(() => method.Context(s_run)).Message);
        method = new RewardForcingOptions { Window = 5 }.ToMethod();
        Assert.Contains("window 5 conflicts with sink 3 and chunks of 3", Assert.Throws<ArgumentException>(() => method.Context(s_run)).Message);
    }
}
