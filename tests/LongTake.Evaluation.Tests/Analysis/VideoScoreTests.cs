using System.Runtime.InteropServices;
using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;
using LongTake.Tensors.Threading;

namespace LongTake.Evaluation.Tests.Analysis;

public class VideoScoreTests
{
    private static readonly Story s_single = ShapesSuites.Get(ShapesSuites.Single, 1).ToStory(VideoProfile.Light, 6);
    private static readonly Story s_story = ShapesSuites.Get(ShapesSuites.Story, 0).ToStory(VideoProfile.Light, 6);

    /// <summary>Rows of the treatment table that do not depend on which stories were drawn; identity, background, motion, single / story.</summary>
    public static TheoryData<string, double[], double[]> Table => new()
    {
        { "none", [1, 1, 1, 1], [1, 1, 1, 1] },
        { "noise", [1, 1, 1, .68], [1, 1, 1, .68] },
        { "blur", [1, 1, 1, double.NaN], [.995, 1, 1, double.NaN] },
        { "saturation up", [1, 1, 1, double.NaN], [.999, 1, 1, double.NaN] },
        { "saturation down", [.99, 1, 1, double.NaN], [.99, 1, 1, double.NaN] },
        { "gain down", [1, 1, 1, double.NaN], [1, 1, 1, double.NaN] },
        { "colour", [.675, 1, 1, 1], [.679, 1, 1, 1] },
        { "mark", [.819, 1, 1, 1], [.821, 1, 1, 1] },
        { "shape", [.675, 1, 1, 1], [.679, 1, 1, 1] },
        { "reset", [1, 1, double.NaN, 1], [1, double.NaN, double.NaN, 1] },
        { "loop", [1, 1, double.NaN, 1], [1, double.NaN, double.NaN, 1] },
        { "frozen", [1, 1, double.NaN, 1], [1, double.NaN, double.NaN, 1] },
        { "ignored", [1, 1, 1, 1], [1, double.NaN, double.NaN, 1] },
        { "slow", [1, 1, .94, 1], [1, 1, .95, 1] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Treated_videos_score_as_in_the_table(string treatment, double[] single, double[] story)
    {
        foreach ((Story truth, double[] expected) in new[] { (s_single, single), (s_story, story) })
        {
            VideoScores scores = Score(treatment, truth);
            double[] measured = [scores.Identity, scores.Background, scores.Motion!.Value, scores.Fidelity];
            for (int i = 0; i < 4; i++)
            {
                Assert.True(double.IsNaN(expected[i]) || Math.Abs(measured[i] - expected[i]) <= 0.03, $"{i}: {measured[i]} for {expected[i]}");
            }
        }
    }

    [Fact]
    public void Prompts_that_are_not_followed_show_in_background_and_motion_of_a_story()
    {
        foreach (string treatment in new[] { "frozen", "reset", "loop", "ignored" })
        {
            VideoScores scores = Score(treatment, s_story);
            Assert.True(scores.Background < 0.8 && scores.Motion < 0.8 && scores.Following < 0.8, treatment);
            Assert.True(scores.Latency > 1 && scores.Margin < 0.3, treatment);
        }
        VideoScores truth = Score("none", s_story);
        Assert.Equal(0, truth.Latency);
        Assert.True(truth.Margin > 0.3);
        Assert.Equal(1, truth.CrossIdentity!.Value, 0.01);
        Assert.Null(Score("none", s_single).Latency);
    }

    [Theory]
    [InlineData("colour", .610)]
    [InlineData("shape", .610)]
    [InlineData("mark", .783)]
    public void Another_subject_from_the_middle_on_shows_across_scenes(string treatment, double expected) =>
        Assert.Equal(expected, Score(treatment, s_story).CrossIdentity!.Value, 0.03);

    [Fact]
    public void Growing_damage_is_drift_with_the_right_sign()
    {
        VideoScores truth = Score("none", s_single), up = Score("saturation up", s_single), down = Score("saturation down", s_single);
        VideoScores dark = Score("gain down", s_single), blur = Score("growing blur", s_single), noise = Score("growing noise", s_single);
        Assert.Equal(0, truth.FidelityDrift.Signed5s, 0.5);
        foreach (VideoScores damaged in new[] { up, down, dark, blur, noise })
        {
            Assert.True(damaged.FidelityDrift.Signed5s > 10 && damaged.FidelityDrift.Slope < 0 && damaged.FidelityDrift.Worst > 10);
            Assert.True(damaged.Fidelity < truth.Fidelity && damaged.Total < truth.Total);
        }
        Assert.True(up.ChromaDrift > 2 && down.ChromaDrift < -2 && Math.Abs(truth.ChromaDrift) < 0.1);
        Assert.True(dark.LumaDrift < -15 && Math.Abs(up.LumaDrift) < 3 && Math.Abs(truth.LumaDrift) < 0.1);
        Assert.True(noise.Flicker < 0.2 && blur.Flicker > 0.95);
        Assert.True(dark.Life < 26 && truth.Life == 213 / 8.0);
    }

    /// <summary>A damage and the scores it lowers; all others stay.</summary>
    [Theory]
    [InlineData("none", "")]
    [InlineData("shape", "identity self")]
    [InlineData("colour", "identity self")]
    [InlineData("mark", "identity self")]
    [InlineData("saturation down", "fidelity")]
    [InlineData("background", "background")]
    [InlineData("texture", "background")]
    [InlineData("frozen", "motion moving jumps")]
    [InlineData("reversed", "motion")]
    [InlineData("flicker", "flicker fidelity")]
    [InlineData("blur", "fidelity")]
    [InlineData("reset", "jumps motion smooth")]
    [InlineData("lost", "presence identity self motion")]
    public void A_damage_lowers_the_scores_that_are_about_it_and_no_others(string damage, string lowered)
    {
        VideoScores s = Score(damage, s_single);
        (string Name, double Score)[] all =
        [
            ("presence", s.Presence), ("identity", s.Identity), ("self", s.SelfIdentity), ("background", s.Background), ("motion", s.Motion!.Value),
            ("fidelity", s.Fidelity), ("smooth", s.Smooth), ("jumps", 1 - s.Jumps), ("moving", 1 - s.Frozen), ("flicker", s.Flicker),
        ];
        foreach ((string name, double score) in all)
        {
            bool low = lowered.Split(' ').Contains(name);
            Assert.True(low ? score < 0.99 : score >= 0.98, $"{name} is {score}");
        }
        Assert.Equal(0, s.Duplicates);
        Assert.Equal(damage == "none", s.Total > 0.99);
        Assert.Equal(damage == "reset", s.Resets > 0);
    }

    [Fact]
    public void Nothing_that_repeats_or_stands_still_scores_like_the_truth()
    {
        foreach (string suite in ShapesSuites.Names)
        {
            // Item 280 of atoms goes through three kinds of motion.
            SuiteItem item = ShapesSuites.Get(suite, suite == ShapesSuites.Atoms ? 280 : 1);
            Story story = item.ToStory(VideoProfile.Light, 6);
            double truth = Score("none", story).Total;
            Assert.True(truth > 0.99, suite);
            foreach (string treatment in new[] { "still", "loop", "restart" })
            {
                Assert.True(Score(treatment, story).Total < truth - 0.01, $"{suite} {treatment}");
            }
        }
    }

    [Fact]
    public void Moving_the_whole_world_changes_nothing()
    {
        Story moved = new(s_story.FramesPerSecond, s_story.Start.X + 32, s_story.Start.Y, s_story.Scenes);
        VideoScores a = Score("growing blur", s_story), b = Score("growing blur", moved);
        Assert.Equal(a.Identity, b.Identity, 1e-4);
        Assert.Equal(a.Background, b.Background, 1e-4);
        Assert.Equal(a.Motion!.Value, b.Motion!.Value, 1e-4);
        Assert.Equal(a.Fidelity, b.Fidelity, 1e-4);
        Assert.Equal(a.Total, b.Total, 1e-4);
    }

    [Fact]
    public void Captions_are_not_read()
    {
        GroundTruth truth = GroundTruth.Of(ShapesSuites.Get(ShapesSuites.Switch, 40), VideoProfile.Light, 1);
        GroundTruth lying = truth with
        {
            Segments = [.. truth.Segments.Select(s => s with { Full = "nonsense", Pronoun = "", Joint = "a large red circle" })],
        };
        byte[] video = Treatments.Truth(truth.ToStory());
        Assert.Equal(Summary(VideoScores.Of(video, truth.ToStory())), Summary(VideoScores.Of(video, lying.ToStory())));
    }

    [Fact]
    public void Readings_do_not_depend_on_threads()
    {
        byte[] video = Treatments.Apply("noise", ShapesSuites.Get(ShapesSuites.Single, 3).ToStory(VideoProfile.Standard, 1));
        using WorkerPool pool = new(3);
        FrameReading[] alone = new VideoAnalyser().Read(video), together = new VideoAnalyser(pool).Read(video);
        Assert.True(MemoryMarshal.AsBytes(alone.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(together.AsSpan())));
        Assert.True(alone.Skip(1).All(r => r.Change > r.IdealChange));
    }

    [Fact]
    public void Ceilings_divide_the_fidelity()
    {
        byte[] video = Treatments.Apply("noise", s_single);
        double plain = VideoScores.Of(video, s_single).Fidelity;
        Assert.Equal(plain / 0.8, VideoScores.Of(video, s_single, [0.8]).Fidelity, 1e-3);
        Assert.Equal(1, VideoScores.Of(video, s_single, [plain / 2]).Fidelity);
    }

    [Fact]
    public void Videos_that_do_not_fit_their_story_are_refused()
    {
        byte[] video = new byte[SceneRenderer.FrameBytes(1) * 10];
        Assert.Contains("10 frames", Assert.Throws<ArgumentException>(() => VideoScores.Of(video, s_single)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => VideoScores.Of(video.AsMemory(1), s_single));
        Assert.Throws<ArgumentException>(() => VideoScores.Of(Treatments.Truth(s_single), s_single, [0]));
        Assert.Throws<ArgumentException>(() => VideoScores.Of(Treatments.Truth(s_single), s_single, [1, 1]));
    }

    private static VideoScores Score(string treatment, Story story) => VideoScores.Of(Treatments.Apply(treatment, story), story);

    private static string Summary(VideoScores s) => $"{s.Identity} {s.Background} {s.Motion} {s.Latency} {s.Margin} {s.CrossIdentity} {s.Total}";
}
