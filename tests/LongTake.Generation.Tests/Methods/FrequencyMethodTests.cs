using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Methods;
using LongTake.Generation.Noise;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;
using static LongTake.Generation.Tests.Methods.FrequencyMethods;

namespace LongTake.Generation.Tests.Methods;

/// <summary>What the presets of frequencies and noise are made of, and what they refuse.</summary>
public class FrequencyMethodTests
{
    private static readonly RunInfo s_run = new(4, 3, 126);

    public static TheoryData<string, int, int, Type, Type> Parts => new()
    {
        { "flex", 21, 3, typeof(ByPartsFrequencies), typeof(CorrelatedNoise) },
        { "flex:frm=far", 21, 3, typeof(FarFrequencies), typeof(CorrelatedNoise) },
        { "flex:jitter=0.8", 21, 3, typeof(JitteredFrequencies), typeof(CorrelatedNoise) },
        { "flex:window=12+noise=iid", 12, 3, typeof(ByPartsFrequencies), typeof(CounterNoise) },
        { "flex.sink:window=12+reset-sink=off", 12, 3, typeof(StandardFrequencies), typeof(CounterNoise) },
        { "flex.rope", 21, 3, typeof(ByPartsFrequencies), typeof(CounterNoise) },
        { "flex.noise", 21, 0, typeof(StandardFrequencies), typeof(CorrelatedNoise) },
        { "flex.sink", 21, 3, typeof(StandardFrequencies), typeof(CounterNoise) },
        { "lol", 12, 3, typeof(JitteredFrequencies), typeof(CounterNoise) },
        { "position-interpolation", 21, 3, typeof(InterpolatedFrequencies), typeof(CounterNoise) },
        { "ntk", 21, 3, typeof(NtkFrequencies), typeof(CounterNoise) },
        { "yarn", 21, 3, typeof(ByPartsFrequencies), typeof(CounterNoise) },
        { "riflex", 21, 3, typeof(RiflexFrequencies), typeof(CounterNoise) },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Presets_set_what_the_specification_says(string text, int window, int sink, Type frequencies, Type noise)
    {
        StreamingMethod method = Make(text);
        Assert.Equal(text.Split(':')[0], method.Name);
        SlidingWindowContext context = Assert.IsType<SlidingWindowContext>(method.Context(s_run));
        Assert.Equal((window, sink), (context.Capacity, context.Sink));
        Assert.IsType<AbsolutePositions>(method.Positions(s_run));
        Assert.IsType(frequencies, method.Frequencies(s_run));
        Assert.IsType(noise, method.Noise(s_run));
        Assert.IsType(method.Name == "lol" ? typeof(RecacheContext) : typeof(KeepContext), method.PromptChange(s_run));
    }

    [Fact]
    public void Settings_reach_the_policies()
    {
        ByPartsFrequencies flex = (ByPartsFrequencies)Make("flex:scale=fixed+trained-frames=60+r-lo=0.25+r-hi=1.5").Frequencies(s_run);
        Assert.Equal((60, 126), (flex.Scale.TrainedFrames, flex.Scale.TotalFrames));
        Assert.Equal(new CycleRamp(0.25, 1.5), flex.Ramp);
        FarFrequencies far = (FarFrequencies)Make("flex.rope:frm=far+window=12").Frequencies(s_run);
        Assert.Equal((21, 9), (far.TrainedFrames, far.LocalFrames));
        Assert.Equal(0.5, ((JitteredFrequencies)Make("lol:jitter=0.5").Frequencies(s_run)).Spread);
        Assert.Equal(new CycleRamp(0.9, 3), ((ByPartsFrequencies)Make("yarn:alpha=0.9+beta=3").Frequencies(s_run)).Ramp);
        Assert.Equal(CycleRamp.LanguageModel, ((ByPartsFrequencies)Make("yarn").Frequencies(s_run)).Ramp);
        RiflexFrequencies riflex = (RiflexFrequencies)Make("riflex:pair=6+safety=1+repeats-at=40").Frequencies(s_run);
        Assert.Equal((6, 1.0, 40.0), (riflex.Pair, riflex.Safety, riflex.RepeatsAt));
        Assert.Null(((NtkFrequencies)Make("ntk").Frequencies(s_run)).Scale.TotalFrames);
        Assert.Equal(126, ((NtkFrequencies)Make("ntk:scale=fixed").Frequencies(s_run)).Scale.TotalFrames);
        Assert.Equal(3, ((SinkAdjacentPositions)Make("flex.sink:sink-position=adjacent").Positions(s_run)).Sink);
        Assert.IsType<FlushContext>(Make("flex:prompt-change=flush").PromptChange(s_run));
        Assert.Equal(
            "window=21, sink=3, sink-position=absolute, prompt-change=keep, reset-sink=off, frm=global, trained-frames=21, scale=dynamic, " +
            "r-lo=0.5, r-hi=1, jitter=0, noise=ar1, rho=-0.7, noise-scope=stream, renoise=none",
            string.Join(", ", Make("flex").Settings.Select(s => $"{s.Key}={s.Value}")));
        Assert.Contains(Make("flex.noise:noise=dual-ar").Settings, s => s.Key == "rho" && s.Value == "0.9");
    }

    [Theory]
    [InlineData("flex:window=0", "flex: window is 0")]
    [InlineData("flex.sink:sink=21", "flex.sink: window 21 conflicts with sink 21")]
    [InlineData("flex:frm=far+window=24", "frm=far leaves the newest 21 frames (window 24 less sink 3) as they are, which must be fewer than trained-frames 21")]
    [InlineData("flex.rope:frm=far+sink=0", "flex.rope: frm=far leaves the newest 21 frames")]
    [InlineData("flex:frm=far+scale=fixed", "scale=fixed has no effect with frm=far")]
    [InlineData("flex:sink-position=adjacent", "frm=global is for a sink at its place in the video")]
    [InlineData("flex:reset-sink=on+prompt-change=recache", "leave it out or set prompt-change=keep")]
    [InlineData("flex.noise:reset-sink=on", "reset-sink=on has no effect with sink 0")]
    [InlineData("flex:frm=near", "The setting 'frm' of the method 'flex' is 'near'; it is one of off, global, far.")]
    [InlineData("flex:trained-frames=0", "trained-frames is 0")]
    [InlineData("flex:r-lo=2", "A ramp of frequencies from 2 to 1 cycles is none")]
    [InlineData("flex:jitter=1", "jitter is 1; it is at least 0 and below 1")]
    [InlineData("flex:rho=-1", "rho is -1; it lies between -1 and 1")]
    [InlineData("flex.noise:rho=1.2", "rho is 1.2; it lies between -1 and 1")]
    [InlineData("flex.noise:noise=mirrored", "noise=mirrored draws its pattern anew for each chunk; set noise-scope=chunk")]
    [InlineData("flex.noise:noise=pink", "it is one of iid, ar1, alternating-ar, dual-ar, mirrored.")]
    [InlineData("flex.noise:frm=off", "The method 'flex.noise' has no setting 'frm'")]
    [InlineData("flex.sink:rho=0.5", "The method 'flex.sink' has no setting 'rho'")]
    [InlineData("lol:jitter=-0.1", "jitter is -0.1")]
    [InlineData("lol:sink=-1", "lol: sink is -1")]
    [InlineData("yarn:alpha=33", "A ramp of frequencies from 33 to 32 cycles is none")]
    [InlineData("ntk:alpha=1", "The method 'ntk' has no setting 'alpha'")]
    [InlineData("ntk:trained-frames=-3", "trained-frames is -3")]
    [InlineData("riflex:pair=-1", "pair is -1; it counts from 1")]
    [InlineData("riflex:repeats-at=0", "repeats-at is 0")]
    [InlineData("riflex:safety=2", "safety is 2")]
    [InlineData("position-interpolation:window=3", "position-interpolation: window 3 conflicts with sink 3")]
    public void Bad_settings_get_one_clear_message(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Make(text)).Message, StringComparison.OrdinalIgnoreCase);

    /// <summary>Without an end, what needs one is refused before anything is computed.</summary>
    [Theory]
    [InlineData("flex:scale=fixed", "scale=fixed needs the length of the video; give one, or set scale=dynamic.")]
    [InlineData("flex:scale=fixed+jitter=0.5", "scale=fixed needs the length")]
    [InlineData("yarn:scale=fixed", "scale=fixed needs the length")]
    [InlineData("riflex:scale=fixed", "scale=fixed needs the length")]
    [InlineData("flex:noise-scope=decay", "noise-scope=decay needs the length of the video; give one, or set noise-scope=stream.")]
    [InlineData("flex:sink=19", "window 21 conflicts with sink 19 and chunks of 3")]
    [InlineData("lol:sink=10", "window 12 conflicts with sink 10 and chunks of 3")]
    [InlineData("ntk:sink=20", "window 21 conflicts with sink 20 and chunks of 3")]
    public void What_does_not_fit_the_run_is_refused_at_its_start(string text, string message)
    {
        using TinyModel model = new();
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => model.Generator(Make(text)).Dispose()).Message);
    }

    [Fact]
    public void A_pair_that_the_model_has_not_is_refused_before_the_first_network_call()
    {
        using TinyModel model = new();
        using ChunkGenerator generator = model.Generator(Make("riflex:pair=3"));
        generator.SetPrompt(TinyModel.Prompt(0));
        Assert.Contains("pair is 3, but the model has 2 temporal pairs", Assert.Throws<ArgumentException>(() => generator.Next().Dispose()).Message);
        Assert.Equal(0, generator.NetworkCalls);
    }

    [Fact]
    public void Presets_say_what_they_keep_and_whose_they_are()
    {
        foreach (string name in Names)
        {
            MethodPreset preset = MethodPresets.All.Single(p => p.Name == name);
            Assert.False(string.IsNullOrWhiteSpace(preset.Keeps) || string.IsNullOrWhiteSpace(preset.Paper) || string.IsNullOrWhiteSpace(preset.Summary));
        }
    }
}
