using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.ClipFrequencies;
using LongTake.Generation.Methods.FrequencyControls;
using LongTake.Generation.Samplers;
using LongTake.Generation.Tests.WholeVideos;
using LongTake.Models.Wan;

namespace LongTake.Generation.Tests.Methods;

/// <summary>Settings of the methods that make whole videos with a bidirectional model.</summary>
public class BaselinePresetTests
{
    [Theory]
    [InlineData("direct:window=3", "The method 'direct' has no setting 'window'; it has none.")]
    [InlineData("freenoise:window=-1", "freenoise: window is -1")]
    [InlineData("freenoise:stride=-2", "freenoise: stride is -2")]
    [InlineData("freenoise:window=8+stride=9", "freenoise: stride 9 conflicts with windows of 8 latents")]
    [InlineData("freenoise:reschedule=off+fusion=off", "reschedule=off and fusion=off nothing is left of it")]
    [InlineData("freenoise:blend=0.6", "freenoise: blend is 0.6")]
    [InlineData("freenoise:blend=-0.1", "freenoise: blend is -0.1")]
    [InlineData("freenoise:plain-from=0.5", "plain-from 0.5 and plain-to 0.32 are shares of the steps")]
    [InlineData("freenoise:plain-to=1.1", "plain-from 0.1 and plain-to 1.1 are shares of the steps")]
    [InlineData("freenoise:injected-layers=0", "there is motion-injection=off")]
    [InlineData("freenoise:injected-layers=1.5", "freenoise: injected-layers is 1.5")]
    [InlineData("freenoise:motion-injection=off+blend=0.1", "blend has no effect with motion-injection=off")]
    [InlineData("freenoise:motion-injection=off+plain-from=0", "plain-from has no effect with motion-injection=off")]
    [InlineData("freenoise:motion-injection=off+plain-to=1", "plain-to has no effect with motion-injection=off")]
    [InlineData("freenoise:motion-injection=off+injected-layers=1", "injected-layers has no effect with motion-injection=off")]
    [InlineData("freelong:alpha=-2", "freelong: alpha is -2")]
    [InlineData("freelong:d-t=-1", "d-t -1 and d-s 0.25; both are 0 or more")]
    [InlineData("freelong:blend-steps=1.5", "blend-steps is 1.5")]
    [InlineData("freelong:reschedule=off+stride=4", "stride 4 has no effect with reschedule=off")]
    [InlineData("freelong:edges=wrap", "it is one of truncate, shift.")]
    [InlineData("freepca:window=1", "freepca: window is 1, but a single latent has no components over time")]
    [InlineData("freepca:components=-1", "freepca: components is -1")]
    [InlineData("freepca:window=8+components=9", "components 9 conflicts with window 8")]
    [InlineData("freepca:lowest-timestep=1001", "lowest-timestep is 1001")]
    [InlineData("gen-l-video:window=4+stride=5", "gen-l-video: stride 5 conflicts with windows of 4 latents")]
    [InlineData("gen-l-video:moving=on+stride=1", "moving=on has no effect with stride 1")]
    [InlineData("gen-l-video:form=new", "it is one of published, flow.")]
    [InlineData("gen-l-video:average=noise", "it is one of samples, predictions.")]
    [InlineData("ultravico:alpha=0", "ultravico: alpha is 0")]
    [InlineData("ultravico:alpha=1.1", "ultravico: alpha is 1.1")]
    [InlineData("ultravico:window=-1", "ultravico: window is -1")]
    [InlineData("ultravico:beta=0.5", "beta and gamma have no effect with period=0")]
    [InlineData("ultravico:gamma=1", "beta and gamma have no effect with period=0")]
    [InlineData("ultravico:period=50+beta=0.95", "beta 0.95 conflicts with alpha 0.9")]
    [InlineData("ultravico:period=-3", "period -3 and gamma 4 count latents")]
    [InlineData("clip.riflex:pair=-1", "pair is -1; it counts from 1")]
    [InlineData("clip.riflex:safety=2", "safety is 2")]
    [InlineData("clip.yarn:alpha=33", "A ramp of frequencies from 33 to 32 cycles is none")]
    [InlineData("clip.ntk:alpha=1", "The method 'clip.ntk' has no setting 'alpha'")]
    [InlineData("clip.ntk:trained-frames=-1", "clip.ntk: trained-frames is -1")]
    public void Bad_settings_get_one_clear_message(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => ClipRuns.Make(text)).Message, StringComparison.OrdinalIgnoreCase);

    /// <summary>What shows only with the model is refused before the start.</summary>
    [Theory]
    [InlineData("freenoise:stride=7", "stride 7 conflicts with windows of 6 latents")]
    [InlineData("gen-l-video:stride=9", "stride 9 conflicts with windows of 6 latents")]
    [InlineData("freepca:stride=7", "stride 7 conflicts with windows of 6 latents")]
    [InlineData("freelong:stride=7", "stride 7 conflicts with windows of 6 latents")]
    [InlineData("clip.riflex:pair=3", "pair is 3, but the model has 2 temporal pairs")]
    public void What_does_not_fit_the_model_is_refused_by_the_plan(string text, string message)
    {
        ClipMethod method = ClipRuns.Make(text);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => method.Plan(ClipRuns.Info(14))).Message);
    }

    [Fact]
    public void Samplers_without_a_level_for_each_latent_are_refused()
    {
        foreach (string text in ClipRuns.Methods)
        {
            foreach (SamplerKind kind in (SamplerKind[])[SamplerKind.FewStep, SamplerKind.DpmSolver])
            {
                Assert.Contains("--sampler unipc", Assert.Throws<ArgumentException>(() => ClipRuns.Make(text).Plan(ClipRuns.Info(14, kind))).Message);
            }
        }
    }

    [Fact]
    public void Names_do_not_clash_with_those_of_causal_methods()
    {
        Assert.Equal(ClipPresets.All.Count, ClipPresets.All.Select(p => p.Name).Distinct().Count());
        Assert.DoesNotContain(ClipPresets.All, p => MethodPresets.All.Any(m => m.Name == p.Name));
        foreach (ClipPreset preset in ClipPresets.All)
        {
            Assert.All([preset.Keeps, preset.Paper, preset.Summary], text => Assert.False(string.IsNullOrWhiteSpace(text)));
            Assert.Equal(preset.Name, ClipPresets.Create(preset.Name).Name);
        }
    }

    /// <summary>Frequencies of Wan at 81 latents: those of the specification's tables.</summary>
    [Fact]
    public void Rotary_controls_stretch_time_alone()
    {
        ClipRunInfo run = ClipRuns.Info(81) with { Model = WanTransformerConfig.Wan21Small, ClipFrames = 21, Height = 60, Width = 104 };
        TokenGrid grid = run.Model.GridOf(81, 60, 104);
        RotaryFrequencies standard = RotaryFrequencies.Standard(128);
        RotaryFrequencies ntk = Modulated(FrequencyControl.Ntk);
        double[] rebased = RotaryFrequencies.Series(22, 10000 * Math.Pow(81 / 21.0, 44 / 42.0));
        RotaryFrequencies riflex = new ClipFrequencyOptions { Control = FrequencyControl.Riflex, Pair = 6 }.Modulated(run, grid);
        RotaryFrequencies interpolated = Modulated(FrequencyControl.PositionInterpolation);
        for (int i = 0; i < 22; i++)
        {
            Assert.Equal(rebased[i], ntk.Temporal[i], 1e-12);
            Assert.Equal(standard.Temporal[i] * 21 / 81, interpolated.Temporal[i], 1e-12);
            Assert.Equal(i == 5 ? 0.06981 : standard.Temporal[i], riflex.Temporal[i], i == 5 ? 5.1e-6 : 0);
        }
        foreach (RotaryFrequencies f in (RotaryFrequencies[])[ntk, riflex, interpolated])
        {
            Assert.Equal(standard.Height, f.Height);
            Assert.Equal(standard.Width, f.Width);
        }
        ClipFrequencyOptions trainedOnAll = new() { Control = FrequencyControl.Ntk, TrainedFrames = 81 };
        Assert.Equal(standard.Temporal, trainedOnAll.Modulated(run, grid).Temporal);

        RotaryFrequencies Modulated(FrequencyControl control) => new ClipFrequencyOptions { Control = control }.Modulated(run, grid);
    }

    /// <summary>Plans of Wan: windows cost what they should, f0 / S calls of a clip for each clip of latents.</summary>
    [Fact]
    public void Plans_say_what_a_run_needs()
    {
        ClipRunInfo run = ClipRuns.Info(81, steps: 50) with { Model = WanTransformerConfig.Wan21Small, ClipFrames = 21, Height = 60, Width = 104 };
        ClipPlan windows = ClipRuns.Make("gen-l-video").Plan(run);
        Assert.Equal((21, 50L * 7), (windows.CallFrames, windows.Calls!.Value));
        ClipPlan whole = ClipRuns.Make("direct").Plan(run);
        Assert.Equal((81, 50L), (whole.CallFrames, whole.Calls!.Value));
        Assert.True(ClipRuns.Make("freelong").Plan(run).HeldBytes > whole.HeldBytes);
        Assert.Equal("latents", whole.Holds);
    }
}
