using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Tests.Clips;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.Miga;

public class SelfReflectionTests
{
    private static readonly MigaOptions s_options = new()
    {
        Steps = 10,
        Zigzag = 2,
        UnifiedSteps = 2,
        Guidance = 1,
        ReflectPosition = 2,
        ReflectCandidates = 3,
        Threshold = 0,
    };

    /// <summary>Source: miga.md 5.1.</summary>
    [Fact]
    public void Score_is_the_golden_value()
    {
        using LatentQueue judged = Queue([[1, 3], [0, 2], [2, 2]], [[0, 0], [1, 1], [3, 1]]);
        using LatentQueue reference = Queue([[2, 2], [1, 1], [0, 4]], [[1, 1], [0, 2], [1, -1]]);
        Assert.Equal(0.692172634925829, new ConsistencyScore(2, 3).Of(judged, 0, 2, reference, 0, 2), 1e-12);
    }

    [Fact]
    public void Copies_of_one_latent_score_one_and_opposites_minus_one()
    {
        using LatentQueue a = Queue([[1, 3], [-2, 2], [0.5f, 2]], [[2, 6], [-4, 4], [1, 4]]);
        using LatentQueue b = Queue([[-1, -3], [2, -2], [-0.5f, -2]]);
        Assert.Equal(1, new ConsistencyScore(2, 3).Of(a, 0, 2, a, 0, 2), 1e-12);
        Assert.Equal(-1, new ConsistencyScore(2, 3).Of(a, 0, 2, b, 0, 1), 1e-12);
    }

    [Fact]
    public void Only_a_strictly_better_candidate_replaces()
    {
        Assert.False(new Judgment(0, 0.5, 0.6, 0.5).Replaced);
        Assert.False(new Judgment(0, 0.5, 0.6, null).Replaced);
        Assert.True(new Judgment(0, 0.5, 0.6, 0.51).Replaced);
    }

    /// <summary>The chunk, its level and what it is compared with; a search where the score has dropped by more than the threshold.</summary>
    [Fact]
    public void Every_new_chunk_is_judged_once_and_searched_for_where_it_dropped()
    {
        List<Judgment> judgments = Run(s_options, 30);
        Assert.Equal(judgments.Select(j => j.Place), judgments.Select((_, i) => judgments[0].Place + (2 * i)));
        Assert.Null(judgments[0].Before);
        for (int i = 1; i < judgments.Count; i++)
        {
            Judgment before = judgments[i - 1];
            Assert.Equal(before.Replaced ? before.Best : before.Score, judgments[i].Before);
            Assert.Equal(judgments[i].Before - judgments[i].Score > 0, judgments[i].Searched);
        }
        Assert.Contains(judgments, j => j.Searched);
        Assert.Contains(judgments, j => j.Replaced);
    }

    [Fact]
    public void Off_or_never_triggered_are_the_same_video()
    {
        ClipRunInfo run = ClipFixture.Info(5, 30);
        List<float[]> off = ClipFixture.Collect((s_options with { Reflect = false }).ToMethod(), run, new MixingNetwork());
        Assert.Equal(off, ClipFixture.Collect((s_options with { Threshold = 2 }).ToMethod(), run, new MixingNetwork()));
        Assert.NotEqual(off, ClipFixture.Collect(s_options.ToMethod(), run, new MixingNetwork()));
    }

    [Fact]
    public void An_automatic_threshold_waits_for_twenty_changes()
    {
        List<Judgment> judgments = Run(s_options with { AutoThreshold = true }, 90);
        Assert.True(judgments.Count > 40);
        Assert.DoesNotContain(judgments.Take(21), j => j.Searched);
        double[] changes = [.. judgments.Skip(1).Take(20).Select(j => Math.Abs(j.Score - j.Before!.Value)).Order()];
        foreach (Judgment j in judgments.Skip(21))
        {
            Assert.Equal(j.Before - j.Score > changes[18], j.Searched);
            Assert.Equal(changes[18], j.Threshold);
        }
        Assert.Null(judgments[20].Threshold);
    }

    [Fact]
    public void Rates_are_those_of_the_paper()
    {
        SearchCounts counts = new(40, 8, 6);
        Assert.Equal((0.2, 0.15, 0.75), (counts.SearchRate, counts.CorrectionRate, counts.SuccessRate!.Value));
        Assert.Equal((0.0, 0.0, null), (default(SearchCounts).SearchRate, default(SearchCounts).CorrectionRate, default(SearchCounts).SuccessRate));
        using LatentStream stream = ClipFixture.Start((s_options with { Reflect = false }).ToMethod(), ClipFixture.Info(5, 30), new MixingNetwork());
        Assert.Null(stream.Searches);
    }

    [Fact]
    public void In_growth_alone_it_ends_with_the_growth()
    {
        int all = Run(s_options, 40).Count;
        int growth = Run(s_options with { ReflectIn = ReflectionSpan.Growth }, 40).Count;
        Assert.InRange(growth, 1, all / 2);
    }

    private static List<Judgment> Run(MigaOptions options, int latents)
    {
        List<Judgment> judgments = [];
        using LatentStream stream = ClipFixture.Start(options.ToMethod(), ClipFixture.Info(5, latents), new MixingNetwork());
        stream.Judged = judgments.Add;
        while (!stream.IsDone)
        {
            stream.Advance()?.Dispose();
        }
        SearchCounts counts = stream.Searches!.Value;
        Assert.Equal(
            (judgments.Count, judgments.Count(j => j.Searched), judgments.Count(j => j.Replaced)), (counts.Judgments, counts.Searches, counts.Replacements));
        return judgments;
    }

    /// <summary>Latents [2, 3, 1] of rows of positions with two channels each.</summary>
    private static LatentQueue Queue(params float[][][] frames)
    {
        LatentQueue queue = new(frames.Length, [2, 3, 1], new LatentEuler(4), 1);
        foreach (float[][] frame in frames)
        {
            Span<float> latent = queue.Push(0, 0);
            for (int position = 0; position < 3; position++)
            {
                latent[position] = frame[position][0];
                latent[3 + position] = frame[position][1];
            }
        }
        return queue;
    }
}
