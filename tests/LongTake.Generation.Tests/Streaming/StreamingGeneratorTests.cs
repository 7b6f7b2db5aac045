using LongTake.Generation.Methods;
using LongTake.Generation.Methods.LongLive;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Streaming;

public sealed class StreamingGeneratorTests : IDisposable
{
    private static readonly WanVaeConfig s_vaeConfig = new() { Dim = 4, ZDim = 3, ResBlockCount = 1 };

    private static readonly Story s_story = new(
        [new Scene("first"), new Scene("second", StoryTime.Chunks(3)), new Scene("third", StoryTime.Chunks(5), Change: SceneChange.Cut)], StoryTime.Chunks(7));

    private static readonly Story s_uncut = new([.. s_story.Scenes.Select(s => s with { Change = SceneChange.Method })], s_story.Length);

    private readonly TinyModel _model = new(2);
    private readonly ParameterStore _vaeParameters = ParameterStore.CreateRandom(WanVaeDecoder.Specs(s_vaeConfig), 3);
    private readonly WanVaeDecoder _vae;

    public StreamingGeneratorTests() => _vae = new WanVaeDecoder(s_vaeConfig, _vaeParameters);

    private static GenerationOptions Options => new()
    {
        Method = MethodPresets.Create("infinity-rope"),
        Sampler = TinyModel.TwoSteps,
        Height = 32,
        Width = 32,
        Seed = 9,
    };

    [Fact]
    public async Task Frames_arrive_chunk_by_chunk()
    {
        using WanChunkDecoder decoder = new(_vae);
        using StreamingGenerator generator = Make(Options, decoder);
        List<GenerationProgress> reports = [];
        long next = 0;
        string[] prompts = ["first", "first", "first", "second", "second", "third", "third"];
        await foreach (VideoChunk chunk in generator.GenerateAsync(new Reporter(reports)))
        {
            using (chunk)
            {
                int count = chunk.Index == 0 ? 9 : 12;
                Assert.Equal(next, chunk.FirstFrame);
                Assert.Equal([count, 32, 32, 3], chunk.Frames!.Shape);
                Assert.Equal(DType.U8, chunk.Frames.DType);
                Assert.Equal([1, 3, 3, 4, 4], chunk.Latents.Shape);
                Assert.Equal(prompts[chunk.Index], chunk.Prompt);
                next += count;
            }
        }
        Assert.Equal(generator.Plan.Frames, next);
        Assert.Equal(81, next);
        Assert.Equal(7, reports.Count);
        Assert.Equal((7, 7, 81, 81 / 16.0), (reports[6].Chunk, reports[6].Chunks!.Value, reports[6].Frames, reports[6].VideoSeconds));
        Assert.Equal(TimeSpan.Zero, reports[6].Remaining);
        Assert.True(reports[0].Remaining > TimeSpan.Zero && reports[0].MemoryBytes > 0 && reports[0].FramesPerSecond > 0);
        Assert.Null(generator.Next());
    }

    [Fact]
    public async Task Cancelling_ends_after_the_chunk_in_work_without_an_exception()
    {
        using StreamingGenerator generator = Make(Options with { Decode = false });
        using CancellationTokenSource cancel = new();
        List<long> seen = [];
        await foreach (VideoChunk chunk in generator.GenerateAsync(cancellationToken: cancel.Token))
        {
            seen.Add(chunk.Index);
            chunk.Dispose();
            if (chunk.Index == 1)
            {
                await cancel.CancelAsync();
            }
        }
        Assert.Equal([0L, 1], seen);
        Assert.Equal(2, generator.Chunk);
        using VideoChunk later = generator.Next()!;
        Assert.Equal(2, later.Index);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_resumed_run_makes_the_bytes_of_an_uninterrupted_one(int stopAt)
    {
        string path = Path.Combine(Path.GetTempPath(), $"longtake-state-{Guid.NewGuid():N}.safetensors");
        try
        {
            foreach (GenerationOptions options in (GenerationOptions[])
                [
                    Options,
                    Options with { Method = Options.Method with { Noise = TorchNoise.For }, CacheType = DType.BF16 },
                    Options with { Sampler = new() { Kind = SamplerKind.UniPC, Steps = 2, Guidance = 3 }, NegativePrompt = "dull" },
                    Options with { Method = new LongLiveOptions { Window = 9 }.ToMethod() },
                ])
            {
                Story story = options.Method.Name == "longlive" ? s_uncut : s_story;
                List<byte[]> whole = [];
                using (WanChunkDecoder decoder = new(_vae))
                using (StreamingGenerator generator = Make(options, decoder, story))
                {
                    while (generator.Next() is VideoChunk chunk)
                    {
                        whole.Add(chunk.Frames!.AsSpan<byte>().ToArray());
                        chunk.Dispose();
                        if (generator.Chunk == stopAt)
                        {
                            using GenerationState state = generator.Save();
                            state.Save(path);
                        }
                    }
                }
                using WanChunkDecoder later = new(_vae);
                using StreamingGenerator resumed = Make(options, later, story);
                using (GenerationState state = GenerationState.Load(path))
                {
                    Assert.Equal(stopAt, state.Chunk);
                    resumed.Restore(state);
                }
                for (int i = stopAt; i < whole.Count; i++)
                {
                    using VideoChunk chunk = resumed.Next()!;
                    Assert.Equal(i, chunk.Index);
                    Assert.Equal(whole[i], chunk.Frames!.AsSpan<byte>().ToArray());
                }
                Assert.Null(resumed.Next());
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_state_is_refused_by_a_run_with_other_options_or_another_story()
    {
        using StreamingGenerator generator = Make(Options with { Decode = false });
        Assert.Contains("nothing to save", Assert.Throws<InvalidOperationException>(generator.Save).Message);
        generator.Next()!.Dispose();
        using GenerationState state = generator.Save();
        GenerationOptions same = Options with { Decode = false };
        Refuses(same with { Seed = 8 }, null, "seed 9, not 8");
        Refuses(same with { Method = MethodPresets.Create("infinity-rope", new Dictionary<string, string> { ["window"] = "7" }) }, null, "window=6");
        Refuses(same with { Method = MethodPresets.Create("longlive-infinity") }, null, "method infinity-rope, not longlive-infinity");
        Refuses(same with { Sampler = new() { Kind = SamplerKind.Euler } }, null, "sampler FewStep");
        Refuses(same with { CacheType = DType.BF16 }, null, "cache type F32, not BF16");
        Refuses(same, Story.FromPrompt("other"), "scene 1, 'first'");

        // A longer story that is the same up to there goes on.
        using StreamingGenerator longer = Make(same, story: Story.FromPrompt("first"));
        longer.Restore(state);
        longer.Next()!.Dispose();

        string path = Path.Combine(Path.GetTempPath(), $"longtake-state-{Guid.NewGuid():N}.safetensors");
        try
        {
            using (TensorScope.Open())
            {
                SafetensorsWriter.Write(path, [KeyValuePair.Create("x", Tensor.Zeros([2]))]);
            }
            Assert.Contains("no saved state", Assert.Throws<CheckpointException>(() => GenerationState.Load(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }

        void Refuses(GenerationOptions options, Story? story, string message)
        {
            using StreamingGenerator other = Make(options, story: story);
            Assert.Contains(message, Assert.Throws<CheckpointException>(() => other.Restore(state)).Message);
        }
    }

    [Fact]
    public void A_run_that_does_not_fit_in_memory_is_refused_before_it_starts()
    {
        using StreamingGenerator fits = Make(Options with { Decode = false });
        GenerationPlan plan = fits.Plan;
        Assert.Equal(fits.Latents.Cache.Bytes, plan.CacheBytes);
        Assert.Equal(6, plan.CacheFrames);
        Assert.Equal(_model.Parameters.Bytes, plan.WeightBytes);
        Assert.Equal(plan.CacheBytes + plan.WeightBytes + plan.WorkingBytes, plan.TotalBytes);
        string message = Assert.Throws<InsufficientMemoryException>(() => Make(Options with { Decode = false, MemoryLimit = plan.TotalBytes - 1 })).Message;
        Assert.Contains("use a smaller window", message);
        Assert.Contains("cache of 6 latent frames", message);
        Make(Options with { Decode = false, MemoryLimit = plan.TotalBytes }).Dispose();
    }

    [Fact]
    public void Endless_stories_have_no_end()
    {
        using StreamingGenerator generator = Make(Options with { Decode = false }, story: Story.FromPrompt("for ever"));
        Assert.Null(generator.Plan.Chunks);
        Assert.Null(generator.Plan.Frames);
        for (int i = 0; i < 10; i++)
        {
            generator.Next()!.Dispose();
        }
    }

    [Fact]
    public void Bad_options_are_refused_by_name()
    {
        Refuses(Options with { Height = 30 }, "multiples of 16");
        Refuses(Options with { Width = 0 }, "multiples of 16");
        Refuses(Options with { Height = 40 }, "does not divide into patches");
        Refuses(Options with { ChunkFrames = 0 }, "chunk length is 0");
        Refuses(Options with { FrameRate = 0 }, "frame rate is 0");
        Refuses(Options with { SpatialStride = 0 }, "spatial stride is 0");
        Refuses(Options with { CacheType = DType.F16 }, "F32 or BF16, not F16");
        Refuses(Options with { MemoryLimit = 0 }, "memory limit is 0");
        Refuses(Options with { ChunkFrames = 6 }, "window 6 conflicts with sink 1 and chunks of 6");
        Refuses(Options with { Method = MethodPresets.Create("longlive") }, "Scene 3 starts with a cut, which the method 'longlive' does not know");
        Refuses(Options with { Sampler = new() { Guidance = 5 } }, "Guidance 5 conflicts with the few-step sampler");
        Refuses(Options with { Sampler = new() { Kind = SamplerKind.Euler, Guidance = -1 } }, "between 0 and 100");
        Refuses(Options with { Sampler = new() { Kind = (SamplerKind)9 } }, "no sampler 9");
        Assert.Contains("no decoder", Assert.Throws<ArgumentException>(() => Make(Options)).Message);
        Assert.Contains("8 frames a latent frame", Assert.Throws<ArgumentException>(() => new WanChunkDecoder(OtherVae())).Message);
        Assert.Contains("needs the length", Assert.Throws<ArgumentException>(
            () => Make(Options with { Decode = false, Method = MethodPresets.Create("full") }, story: Story.FromPrompt("x"))).Message);
        Assert.Contains("give the video's length", Assert.Throws<ArgumentException>(
            () => Make(Options with { Decode = false, Method = Options.Method with { Noise = TorchNoise.For } }, story: Story.FromPrompt("x"))).Message);

        void Refuses(GenerationOptions options, string message) =>
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => Make(options with { Decode = false })).Message);
    }

    [Fact]
    public void Pixels_are_clamped_and_truncated()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor video = Tensor.From([-1f, 1f, -3f, 7f, 0f, float.NaN, 0.999f, -0.999f, 0.5f], [1, 3, 1, 1, 3]);
        Tensor bytes = PixelConversion.ToBytes(video);
        Assert.Equal([1, 1, 3, 3], bytes.Shape);

        // Channel by channel in, pixel by pixel out.
        Assert.Equal([0, 255, 254, 255, 127, 0, 0, 0, 191], bytes.AsSpan<byte>().ToArray());
        Assert.Contains("[1, 3, F, H, W]", Assert.Throws<ArgumentException>(() => PixelConversion.ToBytes(Tensor.Zeros([1, 4, 1, 1, 1]))).Message);
    }

    public void Dispose()
    {
        _vae.Dispose();
        _vaeParameters.Dispose();
        _model.Dispose();
    }

    private static WanVaeDecoder OtherVae()
    {
        WanVaeConfig config = s_vaeConfig with { TemporalDownsample = [true, true, true] };
        return new WanVaeDecoder(config, ParameterStore.CreateRandom(WanVaeDecoder.Specs(config), 1));
    }

    private StreamingGenerator Make(GenerationOptions options, IChunkDecoder? decoder = null, Story? story = null) =>
        new(_model.Compute, _model.Transformer, decoder, new HashedPrompts(), story ?? s_story, options);

    private sealed class Reporter(List<GenerationProgress> reports) : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) => reports.Add(value);
    }
}
