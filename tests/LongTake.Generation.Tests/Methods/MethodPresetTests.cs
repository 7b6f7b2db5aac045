using LongTake.Generation.Context;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.InfinityRope;
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
        Assert.Equal(MethodPresets.All.Count, MethodPresets.All.Select(p => p.Name).Distinct().Count());
        Check("rolling-forcing", 24, 3, typeof(BlockRelativePositions), typeof(KeepContext));

        static void Check(string name, int window, int sink, Type positions, Type promptChange)
        {
            StreamingMethod method = MethodPresets.Create(name);
            Assert.Equal(name, method.Name);
            IContextPolicy context = method.Context(s_run);
            Assert.Equal(window, context.Capacity);
            Assert.Equal(sink, (context as SlidingWindowContext)?.Sink ?? 0);
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
    }
}
