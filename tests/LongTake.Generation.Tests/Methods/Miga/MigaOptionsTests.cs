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
    [InlineData("depth=3", "no setting 'depth'")]
    public void Wrong_settings_are_named(string settings, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => ClipPresets.Create("miga", Settings(settings))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("miga", "zigzag=18", 100, "zigzag 18 does not fit in the window")]
    [InlineData("miga", "guidance=21", 100, "guidance 21 leaves no room in the window of 21")]
    [InlineData("miga", "stride=18", 100, "stride 18 is larger than the 17 latents")]
    [InlineData("miga", "", 12, "a video of 12 latents is shorter than the clip of 21")]
    [InlineData("miga", "zigzag=1,steps=20,reflect=off", 100, "fills 21 levels of zigzag 1, but the queue has 10")]
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
        Assert.Equal(308, new MigaOptions().QueueLatents);
        ClipMethod fifo = ClipPresets.Create("FIFO");
        Assert.Equal(63, fifo.Prepare(ClipFixture.Info(21, 140)).Sampler.Steps);
    }

    private static Dictionary<string, string> Settings(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
}
