using LongTake.Alignment.Causal;
using LongTake.Alignment.Data;
using LongTake.Alignment.FlowMatching;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Causal;

/// <summary>What samples of the causal training show; clips of twelve latents have their cut at the sixth.</summary>
public sealed class CausalSampleTests : IDisposable
{
    private const int Latents = 12;
    private const int Clips = 30;
    private const int Draws = 300;
    private const string Start = "latent_frames: 12\nsample_frames: 12\ngap_frames: 6\nsink_gap: 0.5\ncaption_dropout: 0\n";

    private readonly TemporaryFolder _folder = new();
    private readonly ClipSource _source;

    public CausalSampleTests() => _source = new ClipSource(Cache("latents.bin", Clips, Latents), Clips - 2, WorldProfile.Core);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(12)]
    [InlineData(6)]
    public void Second_scenes_are_drawn_at_will_and_their_chunks_are_reached(int frames)
    {
        CausalSample[] samples = Draw(Start + "second_scene_share: 1\npronoun_share: 1", frames);
        Assert.All(samples, s =>
        {
            Assert.True(s.IsSecond);
            Assert.StartsWith(s.Clip.Captions[1].Length == 0 ? "" : "it ", s.Caption, StringComparison.Ordinal);
            Assert.Equal(0, s.Skipped % 3);
            Assert.InRange(s.Skipped, 0, Latents - frames);
            Assert.False(s.Counts(0));
            Assert.True(s.Counts(s.Skipped + frames - 1));
        });
        Assert.True(samples.Select(s => s.Clip.Index).Distinct().Count() > 3);
        Assert.Equal(frames == Latents, samples.Select(s => s.Skipped).Distinct().Count() == 1);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.5, 0.4, 0.6)]
    [InlineData(1, 1, 1)]
    public void Captions_name_the_subject_or_call_it_it(double share, double least, double most)
    {
        CausalSample[] samples = Draw(FormattableString.Invariant($"{Start}second_scene_share: 1\npronoun_share: {share}"), Latents);
        CausalSample[] told = [.. samples.Where(s => s.Clip.Captions[1].Length > 0)];
        Assert.InRange(told.Count(s => s.Caption.StartsWith("it ", StringComparison.Ordinal)) / (double)told.Length, least, most);
        Assert.All(samples.Except(told), s => Assert.Equal("", s.Caption));
    }

    [Fact]
    public void A_share_of_the_samples_is_second_scenes_and_the_others_come_as_they_are()
    {
        CausalSample[] samples = Draw(Start + "second_scene_share: 0.5", Latents);
        Assert.InRange(samples.Count(s => s.IsSecond) / (double)Draws, 0.45, 0.75);
        Assert.All(samples, s => Assert.True(s.IsSecond || s.Caption == s.Clip.Captions[0]));
    }

    [Fact]
    public void Held_out_clips_and_first_chunks_are_taken_as_they_come()
    {
        const string Plain = Start + "second_scene_share: 0", Second = Start + "second_scene_share: 1";
        Assert.Equal(Draw(Plain, Latents, heldOut: true).Select(Key), Draw(Second, Latents, heldOut: true).Select(Key));
        Assert.Equal(Draw(Plain, 3).Select(Key), Draw(Second, 3).Select(Key));
        Assert.NotEqual(Draw(Plain, Latents).Select(Key), Draw(Second, Latents).Select(Key));
    }

    [Fact]
    public void Clips_without_second_scenes_are_refused()
    {
        // Scenes change between chunks, and three latents are one.
        ClipSource first = new(Cache("short.bin", 1, 3), 1, WorldProfile.Core);
        CausalRecipe recipe = RecipeReader.Parse<CausalRecipe>("latent_frames: 3\nsample_frames: 3\nchunk_frames: 1\nsecond_scene_share: 1", "test");
        ClipDraw draw = new(new BatchSize(3, 1), first, new CounterRandom(1, 1), 1);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => CausalSample.Draw(recipe, draw, 0));
        Assert.Contains("second_scene_share", e.Message, StringComparison.Ordinal);
    }

    private LatentCache Cache(string name, int clips, int latents)
    {
        WanVaeConfig config = new() { Dim = 4, ZDim = 2, ResBlockCount = 1 };
        using CpuBackend backend = new(2);
        using ParameterStore parameters = ParameterStore.CreateRandom(WanVae.Specs(config), 3);
        using WanVae vae = new(config, parameters);
        return LatentCache.OpenOrBuild(
            new Compute(backend), vae, WorldProfile.Core, _folder.File(name), clips, latents, "vae", null, CancellationToken.None);
    }

    private static (long, int, bool, string) Key(CausalSample sample) => (sample.Clip.Index, sample.Skipped, sample.IsSecond, sample.Caption);

    private CausalSample[] Draw(string recipe, int frames, bool heldOut = false)
    {
        CausalRecipe options = RecipeReader.Parse<CausalRecipe>(recipe, "test");
        CounterRandom choices = new(1, 2);
        ClipDraw draw = new(new BatchSize(frames, 1), _source, choices, 1, heldOut ? _source.ToTrainOn : null);
        return [.. Enumerable.Range(0, Draws).Select(_ => CausalSample.Draw(options, draw, 0))];
    }
}
