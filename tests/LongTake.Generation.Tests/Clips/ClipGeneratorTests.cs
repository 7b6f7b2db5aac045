using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Clips;

public sealed class ClipGeneratorTests : IDisposable
{
    private static readonly WanVaeConfig s_vaeConfig = new() { Dim = 4, ZDim = 3, ResBlockCount = 1 };

    private static readonly Story s_story = new(
        [new Scene("first"), new Scene("second", StoryTime.Chunks(2), Change: SceneChange.Blend(StoryTime.Chunks(2))), new Scene("third", StoryTime.Chunks(4))],
        StoryTime.Chunks(5));

    private readonly TinyModel _model = new();
    private readonly ParameterStore _vaeParameters = ParameterStore.CreateRandom(WanVaeDecoder.Specs(s_vaeConfig), 3);
    private readonly WanVaeDecoder _vae;

    public ClipGeneratorTests() => _vae = new WanVaeDecoder(s_vaeConfig, _vaeParameters);

    private static ClipOptions Options => new()
    {
        Method = new MigaOptions
        {
            Steps = 6,
            Zigzag = 2,
            UnifiedSteps = 2,
            Guidance = 1,
            ReflectPosition = 1,
            Threshold = 0,
            ReflectCandidates = 1,
            Prompts = PromptRule.Latent,
        }.ToMethod(),
        Sampler = new SamplerOptions { Kind = SamplerKind.UniPC, Guidance = 2 },
        ClipFrames = 5,
        Height = 32,
        Width = 32,
        Seed = 9,
    };

    [Fact]
    public void A_story_is_told_in_chunks_and_counted()
    {
        using WanChunkDecoder decoder = new(_vae);
        using ClipGenerator generator = Make(Options, decoder);
        List<byte[]> chunks = [];
        long next = 0;
        string[] prompts = ["first", "first", "second", "second", "third"];
        while (generator.Next() is VideoChunk chunk)
        {
            using (chunk)
            {
                Assert.Equal(next, chunk.FirstFrame);
                Assert.Equal([chunk.Index == 0 ? 9 : 12, 32, 32, 3], chunk.Frames!.Shape);
                Assert.Equal(prompts[chunk.Index], chunk.Prompt);
                next += chunk.Frames.Shape[0];
            }
        }
        Assert.Equal(generator.Plan.Frames, next);
        Assert.True(generator.IsDone);
        Assert.True(generator.Stream.ExtraCalls > 0, "there was no search");
        Assert.Equal(generator.Plan.NetworkCalls + generator.Stream.ExtraCalls, generator.NetworkCalls);
    }

    [Fact]
    public void A_run_resumed_after_any_unit_makes_the_same_bytes()
    {
        string path = Path.GetTempFileName();
        List<byte[]> whole = [];
        using (WanChunkDecoder decoder = new(_vae))
        using (ClipGenerator generator = Make(Options, decoder))
        {
            while (generator.Next() is VideoChunk chunk)
            {
                whole.Add(chunk.Frames!.AsSpan<byte>().ToArray());
                chunk.Dispose();
            }
        }
        List<byte[]> pieces = [];
        WanChunkDecoder stream = new(_vae);
        ClipGenerator run = Make(Options, stream);
        for (int unit = 1; !run.IsDone; unit++)
        {
            if (run.Advance() is VideoChunk chunk)
            {
                pieces.Add(chunk.Frames!.AsSpan<byte>().ToArray());
                chunk.Dispose();
            }
            if (unit % 9 != 0 || run.IsDone)
            {
                continue;
            }
            using (GenerationState state = run.Save())
            {
                state.Save(path);
            }
            long calls = run.NetworkCalls;
            run.Dispose();
            stream.Dispose();
            stream = new WanChunkDecoder(_vae);
            run = Make(Options, stream);
            using GenerationState saved = GenerationState.Load(path);
            run.Restore(saved);
            Assert.Equal(calls, run.NetworkCalls);
        }
        run.Dispose();
        stream.Dispose();
        File.Delete(path);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void Other_runs_are_refused_by_name()
    {
        using ClipGenerator generator = Make(Options with { Decode = false });
        Assert.Throws<InvalidOperationException>(generator.Save);
        generator.Advance();
        Assert.Equal(0, generator.Chunk);
        using GenerationState state = generator.Save();
        foreach ((ClipOptions options, Story story, string message) in new[]
        {
            (Options with { Seed = 8 }, s_story, "seed 9, not 8"),
            (Options with { ClipFrames = 6 }, s_story, "clip length 5, not 6"),
            (Options with { Sampler = new SamplerOptions { Kind = SamplerKind.Euler, Guidance = 2 } }, s_story, "sampler UniPC"),
            (Options, s_story.WithLength(StoryTime.Chunks(6)), "length 15 latent frames, not 18"),
        })
        {
            using ClipGenerator other = Make(options with { Decode = false }, story: story);
            Assert.Contains(message, Assert.Throws<CheckpointException>(() => other.Restore(state)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cancelling_ends_between_calls_and_the_run_can_go_on()
    {
        using ClipGenerator generator = Make(Options with { Decode = false });
        using CancellationTokenSource cancel = new();
        int units = 0;
        List<GenerationProgress> reports = [];
        await foreach (VideoChunk? chunk in generator.AdvanceAsync(new Reporter(reports), cancel.Token))
        {
            chunk?.Dispose();
            if (++units == 8)
            {
                await cancel.CancelAsync();
            }
        }
        Assert.Equal(8, units);
        Assert.True(generator.HasProgress && !generator.IsDone);
        Assert.Equal(8, reports.Count);
        Assert.True(reports[7].Share is > 0 and < 1 && reports[7].AllCalls >= generator.Plan.NetworkCalls);
        long chunks = 0;
        await foreach (VideoChunk chunk in generator.GenerateAsync())
        {
            chunks++;
            chunk.Dispose();
        }
        Assert.Equal(5, chunks);
    }

    [Fact]
    public void Too_little_memory_is_said_before_the_start()
    {
        InsufficientMemoryException e = Assert.Throws<InsufficientMemoryException>(() => Make(Options with { Decode = false, MemoryLimit = 1000 }));
        Assert.Contains("queue of ", e.Message, StringComparison.Ordinal);
        Assert.Contains("zigzag", e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _vae.Dispose();
        _vaeParameters.Dispose();
        _model.Dispose();
    }

    private ClipGenerator Make(ClipOptions options, WanChunkDecoder? decoder = null, Story? story = null) =>
        new(_model.Compute, _model.Transformer, decoder, new HashedPrompts(), story ?? s_story, options);

    private sealed class Reporter(List<GenerationProgress> reports) : IProgress<GenerationProgress>
    {
        public void Report(GenerationProgress value) => reports.Add(value);
    }
}
