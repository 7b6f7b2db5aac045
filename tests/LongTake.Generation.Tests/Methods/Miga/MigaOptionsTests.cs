using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Samplers;
using LongTake.Generation.Tests.Clips;

namespace LongTake.Generation.Tests.Methods.Miga;

public class MigaOptionsTests
{
    [Theory]
    [InlineData("steps=0", "steps is 0")]
    [InlineData("unified-steps=55", "unified-steps is 55")]
    [InlineData("zigzag=0", "zigzag is 0")]
    [InlineData("guidance=-1", "guidance is -1")]
    [InlineData("reflect-candidates=0", "reflect-candidates is 0")]
    [InlineData("threshold=3", "threshold is 3")]
    [InlineData("reflect-position=43", "lower reflect-position")]
    [InlineData("reflect-frames=71", "reflect-frames 71 reach beyond")]
    [InlineData("refine=1,refine-steps=60", "refine-steps is 60")]
    [InlineData("start=middle", "clip, noise")]
    [InlineData("guidance-rule=random", "paper, code")]
    [InlineData("unified-label=code", "refine=1")]
    [InlineData("unified-label=code,refine=1,unified-steps=0", "unified-steps 0 and refine 1")]
    [InlineData("unified-label=code,refine=1,unified-steps=54,reflect=off", "0 steps in the queue")]
    [InlineData("depth=3", "no setting 'depth'")]
    public void Wrong_settings_are_named(string settings, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => ClipPresets.Create("miga", Settings(settings))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("miga", "zigzag=18", 100, "zigzag 18 does not fit in the window")]
    [InlineData("miga", "guidance=21", 100, "guidance 21 leaves no room in the window of 21")]
    [InlineData("miga", "stride=18", 100, "stride 18 is larger than the 17 latents")]
    [InlineData("miga", "", 12, "a video of 12 latents is shorter than the clip of 21")]
    [InlineData("miga", "zigzag=1,steps=20,reflect=off", 100, "fills 21 levels of zigzag 1, but the queue has 11")]
    [InlineData("fifo", "", 12, "a video of 12 latents is shorter than the clip of 21")]
    [InlineData("fifo", "windows=keep-first,stride=30", 100, "stride 30 is larger than the window")]
    public void What_does_not_fit_the_model_or_the_video_is_named(string preset, string settings, int latents, string message)
    {
        ClipMethod method = ClipPresets.Create(preset, Settings(settings));
        ClipRunInfo run = method.Prepare(ClipFixture.Info(21, latents));
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => method.Plan(run)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("partitions=0", "partitions is 0")]
    [InlineData("stride=3", "windows=keep-first")]
    public void Wrong_settings_of_fifo_are_named(string settings, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => ClipPresets.Create("fifo", Settings(settings))).Message, StringComparison.Ordinal);

    [Fact]
    public void Samplers_of_causal_models_are_refused()
    {
        ClipMethod method = ClipPresets.Create("miga");
        ClipRunInfo run = method.Prepare(ClipFixture.Info(21, 100) with { Sampler = new SamplerOptions() });
        Assert.Contains("bidirectional", Assert.Throws<ArgumentException>(() => method.Plan(run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_those_for_wan()
    {
        ClipMethod method = ClipPresets.Create("miga");
        ClipRunInfo run = method.Prepare(ClipFixture.Info(21, 140, SamplerKind.UniPC));
        Assert.Equal(54, run.Sampler.Steps);
        ClipPlan plan = method.Plan(run);
        Assert.Equal(21, plan.CallFrames);
        Assert.Contains(KeyValuePair.Create("zigzag", "7"), method.Settings);
        MigaOptions defaults = new();
        Assert.Equal(315, defaults.QueueLatents);
        Assert.Equal(308, (defaults with { UnifiedSteps = 10 }).QueueLatents);
        Assert.Equal(21, (defaults with { Margin = -1 }).MarginFor(21));
        ClipMethod fifo = ClipPresets.Create("FIFO");
        Assert.Equal(63, fifo.Prepare(ClipFixture.Info(21, 140)).Sampler.Steps);
    }

    /// <summary>Where paper and code differ, the paper's way is the default. Source: miga.md 1, 4.3, 4.4, 4.5, 5.2 and 6.</summary>
    [Theory]
    [InlineData("unified-steps", "9")]
    [InlineData("unified-label", "paper")]
    [InlineData("guidance-rule", "paper")]
    [InlineData("moving-windows", "off")]
    [InlineData("growth", "paper")]
    [InlineData("reflect-in", "all")]
    [InlineData("threshold", "0.01")]
    [InlineData("refine", "0")]
    [InlineData("margin", "0")]
    [InlineData("lookahead", "-1")]
    [InlineData("head", "latent")]
    public void Defaults_are_the_papers(string setting, string value) =>
        Assert.Contains(KeyValuePair.Create(setting, value), ClipPresets.Create("miga").Settings);

    /// <summary>The command that docs/methods/miga.md gives for the authors' Wan code.</summary>
    [Fact]
    public void The_authors_way_can_be_set()
    {
        ClipMethod method = ClipPresets.Create("miga", Settings(
            "unified-steps=10,unified-label=code,guidance-rule=code,moving-windows=on,growth=code,reflect-in=growth,refine=1,margin=-1,head=first"));
        ClipPlan plan = method.Plan(method.Prepare(ClipFixture.Info(21, 140, SamplerKind.UniPC)));
        Assert.True(plan.Calls > 0);
    }

    private static Dictionary<string, string> Settings(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
}
