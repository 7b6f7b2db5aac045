using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Fifo;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Clips;

namespace LongTake.Generation.Tests.Methods.Miga;

public class MigaResumeTests
{
    private const int Latents = 16;

    public static TheoryData<string, SamplerKind> Methods => new()
    {
        { "miga", SamplerKind.UniPC }, { "miga", SamplerKind.Euler }, { "unified", SamplerKind.UniPC }, { "fifo", SamplerKind.UniPC },
    };

    /// <summary>Saved after any unit of work and taken up by a new stream: the same bytes. Searches are among the units.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void A_run_that_stops_anywhere_goes_on_as_if_it_had_not(string name, SamplerKind kind)
    {
        ClipMethod method = MethodOf(name);
        ClipRunInfo run = ClipFixture.Info(5, Latents, kind, prompts: [0, 9]);
        List<float[]> whole = ClipFixture.Collect(method, run, new MixingNetwork());
        LatentStream stream = ClipFixture.Start(method, run, new MixingNetwork());
        string path = Path.GetTempFileName();
        List<float[]> pieces = [];
        for (int unit = 0; !stream.IsDone; unit++)
        {
            ClipFixture.Add(stream.Advance(), pieces);
            if (unit % 3 != 0)
            {
                continue;
            }
            using (GenerationState state = new())
            {
                stream.Save(state);
                state.Save(path);
            }
            long emitted = stream.Emitted;
            stream.Dispose();
            stream = ClipFixture.Start(method, run, new MixingNetwork());
            using GenerationState saved = GenerationState.Load(path);
            stream.Restore(saved);
            Assert.Equal(emitted, stream.Emitted);
        }
        stream.Dispose();
        File.Delete(path);
        Assert.Equal(whole, pieces);
    }

    /// <summary>Cancelled between any two calls, a stream is as it was before the unit.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void A_unit_that_is_cancelled_can_be_done_again(string name, SamplerKind kind)
    {
        ClipMethod method = MethodOf(name);
        ClipRunInfo run = ClipFixture.Info(5, Latents, kind);
        List<float[]> whole = ClipFixture.Collect(method, run, new MixingNetwork());
        CancellationTokenSource stop = new();
        int calls = 0;
        int cancelled = 0;
        MixingNetwork network = new()
        {
            Called = _ =>
            {
                if (++calls % 5 == 0)
                {
                    stop.Cancel();
                }
            },
        };
        using LatentStream stream = ClipFixture.Start(method, run, network);
        List<float[]> pieces = [];
        while (!stream.IsDone)
        {
            try
            {
                ClipFixture.Add(stream.Advance(stop.Token), pieces);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
                stop = new CancellationTokenSource();

                // So that long units get through in the end.
                ClipFixture.Add(stream.Advance(), pieces);
            }
        }
        Assert.True(cancelled > 5, $"{cancelled}");
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void The_runs_above_search_and_replace()
    {
        using LatentStream stream = ClipFixture.Start(MethodOf("miga"), ClipFixture.Info(5, Latents, SamplerKind.UniPC), new MixingNetwork());
        List<float[]> latents = [];
        while (!stream.IsDone)
        {
            ClipFixture.Add(stream.Advance(), latents);
        }
        SearchCounts counts = stream.Searches!.Value;
        Assert.True(counts is { Searches: > 0, Replacements: > 0 }, $"{counts}");
    }

    private static ClipMethod MethodOf(string name) => name switch
    {
        "fifo" => new FifoOptions { Partitions = 2 }.ToMethod(),
        "unified" => new MigaOptions { Steps = 6, UnifiedSteps = 6, Zigzag = 2, Refine = 1, RefineSteps = 2 }.ToMethod(),
        _ => new MigaOptions
        {
            Steps = 10,
            Zigzag = 2,
            UnifiedSteps = 3,
            Guidance = 1,
            ReflectPosition = 2,
            ReflectReference = 3,
            Threshold = 0,
            ReflectCandidates = 3,
        }.ToMethod(),
    };
}
