using LongTake.Generation.Methods;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Tests.Methods;

/// <summary>Chunks in flight go with the state.</summary>
public sealed class RollingForcingResumeTests : IDisposable
{
    private const int Chunks = 9;

    private readonly TinyModel _model = new(2);

    [Theory]
    [InlineData("1", DType.F32)]
    [InlineData("2", DType.F32)]
    [InlineData("3", DType.BF16)]
    [InlineData("5", DType.F32)]
    public void A_resumed_run_makes_the_bytes_of_an_uninterrupted_one(string stagger, DType type)
    {
        GenerationOptions options = Options(stagger) with { CacheType = type };
        float[][] whole = Whole(options, Chunks);
        for (int stopAt = 1; stopAt < Chunks; stopAt++)
        {
            using GenerationState state = SaveAfter(options, Chunks, stopAt);
            using StreamingGenerator second = Make(options, Chunks);
            second.Restore(state);
            Assert.Equal(whole[stopAt..], Rest(second));
        }
    }

    [Fact]
    public void A_video_may_become_longer_until_its_end_is_felt()
    {
        GenerationOptions options = Options("1");
        float[][] longer = Whole(options, Chunks + 3);

        // After chunk 4 of 9, chunks 5 to 8 are in flight, as in any longer video.
        using (GenerationState state = SaveAfter(options, Chunks, 5))
        {
            using StreamingGenerator second = Make(options, Chunks + 3);
            second.Restore(state);
            Assert.Equal(longer[5..], Rest(second));
        }

        // One later, chunk 9 would be in flight in a longer one.
        using GenerationState late = SaveAfter(options, Chunks, 6);
        Refused(late, Chunks + 3, "saved near the end of a video of 27 latent frames");
        Refused(late, null, "cannot go on in one of no end");
        using StreamingGenerator same = Make(options, Chunks);
        same.Restore(late);
        same.Next()!.Dispose();

        void Refused(GenerationState state, int? chunks, string message)
        {
            using StreamingGenerator other = Make(options, chunks);
            Assert.Contains(message, Assert.Throws<CheckpointException>(() => other.Restore(state)).Message);
        }
    }

    [Fact]
    public void An_endless_video_begins_like_a_long_one()
    {
        GenerationOptions options = Options("1");
        float[][] told = Whole(options, Chunks);
        using StreamingGenerator endless = Make(options, null);
        for (int i = 0; i < Chunks - 4; i++)
        {
            using VideoChunk chunk = endless.Next()!;
            Assert.Equal(told[i], chunk.Latents.Span.ToArray());
        }
    }

    [Fact]
    public void Other_steps_are_refused()
    {
        using GenerationState state = SaveAfter(Options("1"), Chunks, 2);
        using StreamingGenerator other = Make(Options("2"), Chunks);
        Assert.Contains("stagger=1", Assert.Throws<CheckpointException>(() => other.Restore(state)).Message);
    }

    [Fact]
    public void The_plan_counts_the_whole_window()
    {
        using StreamingGenerator rolling = Make(Options("1"), Chunks);
        using StreamingGenerator sequential = Make(Options("5"), Chunks);
        Assert.Equal(24, rolling.Plan.CacheFrames);
        Assert.Equal(rolling.Latents.Cache.Bytes, rolling.Plan.CacheBytes);
        Assert.True(rolling.Plan.WorkingBytes > sequential.Plan.WorkingBytes);
        Assert.Equal("rolling window of 5 blocks, 1000-800-600-400-200, shift 5", Options("1").DescribeSampling());
        Assert.Equal("rolling window of 1 block, 1000-800-600-400-200, shift 5", Options("5").DescribeSampling());
    }

    public void Dispose() => _model.Dispose();

    private static GenerationOptions Options(string stagger) => new()
    {
        Method = MethodPresets.Create("rolling-forcing", new Dictionary<string, string> { ["stagger"] = stagger }),
        Sampler = TinyModel.TwoSteps,
        Height = 32,
        Width = 32,
        Seed = 5,
        Decode = false,
    };

    private static float[][] Rest(StreamingGenerator generator)
    {
        List<float[]> rest = [];
        while (generator.Next() is VideoChunk chunk)
        {
            rest.Add(chunk.Latents.Span.ToArray());
            chunk.Dispose();
        }
        return [.. rest];
    }

    private float[][] Whole(GenerationOptions options, int chunks)
    {
        using StreamingGenerator generator = Make(options, chunks);
        return Rest(generator);
    }

    private StreamingGenerator Make(GenerationOptions options, int? chunks) => new(
        _model.Compute, _model.Transformer, null, new HashedPrompts(), Story.FromPrompt("x", chunks is int n ? StoryTime.Chunks(n) : null), options);

    private GenerationState SaveAfter(GenerationOptions options, int chunks, int stopAt)
    {
        string path = Path.Combine(Path.GetTempPath(), $"longtake-state-{Guid.NewGuid():N}.safetensors");
        try
        {
            using StreamingGenerator generator = Make(options, chunks);
            for (int i = 0; i < stopAt; i++)
            {
                generator.Next()!.Dispose();
            }
            using GenerationState state = generator.Save();
            state.Save(path);
            return GenerationState.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
