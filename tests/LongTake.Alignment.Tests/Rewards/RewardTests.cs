using LongTake.Alignment.Data;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Tests.Grpo;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Shapes;
using LongTake.Tensors.Backends;

namespace LongTake.Alignment.Tests.Rewards;

/// <summary>Rewards of true and of wrong videos, and what becomes of rewards that cannot be had.</summary>
public sealed class RewardTests : IDisposable
{
    private static readonly string[] s_exact = ["identity", "self_identity", "background", "motion", "following", "quality", "total", "fidelity"];

    private readonly CpuBackend _backend = new(1);
    private readonly MetricWeights _weights;

    public RewardTests() => _weights = MetricWeights.Open(null, _backend);

    [Fact]
    public void A_true_clip_has_the_best_rewards_and_the_clip_of_another_prompt_has_not()
    {
        VideoScript script = TinyAlignment.Script(2, 1);
        ScriptClips clips = new(script, [0, 15], 30, 64, 16);
        (int start, int end) = clips.FramesOf(1);
        VideoDescription asked = clips.Describe(start, end - start);
        Assert.Equal(script.Scenes[1].Prompt, Assert.Single(asked.Prompts).Text);
        byte[] truth = new byte[asked.FrameCount * asked.FrameBytes], other = new byte[truth.Length];
        asked.Story!.Render(0, asked.FrameCount, truth);
        VideoDescription elsewhere = new ScriptClips(TinyAlignment.Script(1, 7), [0], 30, 64, 16).Describe(start, end - start);
        elsewhere.Story!.Render(0, asked.FrameCount, other);

        RewardSet rewards = RewardCatalogue.Create(s_exact.ToDictionary(r => r, _ => 1.0), [], _weights);
        Assert.Empty(rewards.WhyNot(asked));
        double[] good = rewards.Score(clips.Clip(start, truth)), bad = rewards.Score(clips.Clip(start, other));
        Assert.All(good, r => Assert.InRange(r, 0.9, 1));
        Assert.Equal(good, rewards.Score(clips.Clip(start, truth)));
        Assert.True(rewards.Total(good) > rewards.Total(bad) + 1);
    }

    [Fact]
    public void A_window_over_a_cut_has_both_scenes_in_their_places()
    {
        ScriptClips clips = new(TinyAlignment.Script(2), [0, 15], 30, 64, 16);
        Assert.Equal(117, clips.FrameCount);
        Assert.Equal((57, 117), clips.FramesOf(1));
        VideoDescription over = clips.Describe(40, 30);
        Assert.Equal([0, 17], over.Prompts.Select(p => p.StartFrame));
        Assert.Equal([17, 13], over.Story!.Scenes.Select(s => s.FrameCount));
        over.Validate();
    }

    [Fact]
    public void Held_out_rewards_are_scored_and_have_no_part_in_the_advantages()
    {
        MetricReward held = new("held", new Brightness(), "brightness");
        RewardSet set = new([new RewardTerm(new Brightness(), 2), new RewardTerm(held, 0)]);
        double[][][] scores = [[[1, 9], [3, -9], [2, 0]]];
        GroupAdvantages a = GroupAdvantages.Of(scores, [new GroupSignal("local", 1)], set, new AdvantageOptions { Deviation = DeviationKind.None }, 0);
        Assert.Equal([-2, 2, 0], a.Values);
        scores[0][1][1] = double.NaN;
        Assert.True(GroupAdvantages.Of(scores, [new GroupSignal("local", 1)], set, new AdvantageOptions(), 0).HasScores);
        scores[0][1][0] = double.NaN;
        GroupAdvantages dropped = GroupAdvantages.Of(scores, [new GroupSignal("local", 1)], set, new AdvantageOptions(), 0);
        Assert.True(dropped.IsDegenerate && !dropped.HasScores);
    }

    [Fact]
    public void Test_figures_are_held_out_and_cannot_be_optimised()
    {
        VideoScript script = Enumerable.Range(0, 100).Select(i => TinyAlignment.Script(1, i))
            .First(s => s.Scenes[0].State is { Kind: MotionKind.Right });
        ScriptClips clips = new(script, [0], 30, 64, 16);
        VideoDescription asked = clips.Describe(0, clips.FrameCount);
        byte[] truth = new byte[asked.FrameCount * asked.FrameBytes], still = new byte[truth.Length];
        asked.Story!.Render(0, asked.FrameCount, truth);
        for (int f = 0; f < asked.FrameCount; f++)
        {
            truth.AsSpan(0, asked.FrameBytes).CopyTo(still.AsSpan(f * asked.FrameBytes));
        }
        string[] held = [.. RewardCatalogue.Tests.Except(["recall", "atoms"])];
        RewardSet set = RewardCatalogue.Create(new Dictionary<string, double> { ["following"] = 1 }, held, _weights);
        Assert.Empty(set.WhyNot(asked));
        Dictionary<string, double> good = Scores(truth), frozen = Scores(still);
        Assert.Equal((0.0, 0.0), (good["jumps"], good["frozen"]));
        Assert.InRange(good["dup"], -0.02, 0);
        Assert.All((string[])["smooth", "flicker", "presence"], name => Assert.InRange(good[name], 0.95, 1));
        Assert.InRange(good["drift"], -5, 0);
        Assert.Equal(double.NaN, good["early_return"]);
        Assert.Equal(-1, frozen["frozen"]);

        string refused = Assert.Throws<RecipeException>(() => RewardCatalogue.Create(
            new Dictionary<string, double> { ["following"] = 1, ["jumps"] = 1, ["atoms"] = 0.5 }, [], _weights)).Message;
        Assert.Contains("optimises atoms, jumps, which can only be held out", refused, StringComparison.Ordinal);
        Assert.Equal(1, RewardCatalogue.Create(new Dictionary<string, double> { ["following"] = 1, ["jumps"] = 0 }, [], _weights).Terms.Count(t => t.Weight > 0));
        RewardSet others = RewardCatalogue.Create(new Dictionary<string, double> { ["following"] = 1 }, ["recall", "atoms"], _weights);
        Assert.Contains("recall: no scene of the story comes back after another one", others.WhyNot(asked));
        Assert.Contains(others.WhyNot(asked), w => w.StartsWith("atoms: nothing varies in the story", StringComparison.Ordinal));

        Dictionary<string, double> Scores(byte[] frames) =>
            set.Terms.Select(t => t.Reward.Name).Zip(set.Score(clips.Clip(0, frames))).ToDictionary(s => s.First, s => s.Second);
    }

    [Fact]
    public void Stand_ins_reward_movement_up_to_a_point_and_smoothness_in_any_video()
    {
        RewardSet set = RewardCatalogue.Create(new Dictionary<string, double> { ["si_flow"] = 1, ["si_smooth"] = 1 }, [], _weights);
        double[] still = Score(0, 0), slow = Score(1, 0), fast = Score(2, 0), jerky = Score(2, 3);
        Assert.Equal([0, 1], still);
        Assert.InRange(slow[0], 0.3, 0.8);
        Assert.InRange(fast[0], 0.9, 1);
        Assert.True(jerky[1] < fast[1], $"{jerky[1]} of a jerky video, {fast[1]} of a steady one");

        // A patterned block that goes so many half pixels a frame over a dark wall, 16 frames a second, with no story known.
        double[] Score(int halves, int jerk)
        {
            VideoDescription video = new() { FrameCount = 17, Height = 64, Width = 64, FramesPerSecond = 16 };
            byte[] frames = new byte[video.FrameCount * video.FrameBytes];
            for (int f = 0; f < video.FrameCount; f++)
            {
                int left = 8 + (f * halves / 2) + (f % 2 * jerk);
                for (int y = 20; y < 40; y++)
                {
                    for (int x = 0; x < 20; x++)
                    {
                        byte level = (byte)(60 + (((x * x * 7) + (y * 31) + (x * y)) % 190));
                        frames.AsSpan((f * video.FrameBytes) + (((y * video.Width) + left + x) * 3), 3).Fill(level);
                    }
                }
            }
            return set.Score(new RewardClip(video, frames));
        }
    }

    [Fact]
    public void Rewards_whose_weights_are_missing_and_unknown_ones_say_what_to_do()
    {
        RewardSet set = RewardCatalogue.Create(new Dictionary<string, double> { ["clip_text"] = 1, ["aesthetic"] = 1 }, ["dino_consistency"], _weights);
        VideoDescription clip = new ScriptClips(TinyAlignment.Script(1), [0], 9, 64, 16).Describe(0, 20);
        IReadOnlyList<string> missing = set.WhyNot(clip);
        Assert.Equal(3, missing.Count);
        Assert.Contains(missing, m => m.StartsWith("clip_text: ", StringComparison.Ordinal) && m.Contains("CLIP ViT-B/32", StringComparison.Ordinal));
        RewardSet learned = RewardCatalogue.Create(
            new Dictionary<string, double> { ["hpsv2"] = 1, ["hpsv2_best"] = 1, ["arcface_centre"] = 1 }, ["arcface_centre_consistency"], _weights);
        Assert.Equal(4, learned.WhyNot(clip).Count);
        Assert.Contains(learned.WhyNot(clip), m => m.StartsWith("hpsv2_best: it needs HPSv2.1", StringComparison.Ordinal));
        Assert.Contains(learned.WhyNot(clip), m => m.StartsWith("arcface_centre: it needs ArcFace", StringComparison.Ordinal));
        Assert.Contains("beauty", Assert.Throws<RecipeException>(() => RewardCatalogue.Create("beauty", _weights)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RewardSet([new RewardTerm(new Brightness(), -1)]));
    }

    [Fact]
    public void Prompts_can_come_from_files_and_held_out_ones_are_held_out()
    {
        using TemporaryFolder folder = new();
        string training = folder.File("training.txt", "A fox runs.\nA bird sings.\n"), held = folder.File("held.txt", "A cat sleeps.\n");
        FileScripts scripts = new(training, held, 2);
        Assert.Equal("A bird sings.", scripts.Training(3).Scenes[0].Prompt);
        Assert.Equal("A cat sleeps.", scripts.HeldOut(5).Scenes[0].Prompt);
        Assert.Contains("A fox runs.", Assert.Throws<RecipeException>(() => new FileScripts(training, training, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<RecipeException>(() => new FileScripts(folder.File("none.txt"), held, 1));
    }

    [Fact]
    public void Training_stories_are_of_the_training_distribution_and_keep_their_subject()
    {
        for (int i = 0; i < 40; i++)
        {
            SuiteItem story = TrainingStories.Get(i, 4, WorldProfile.Large);
            Assert.All(story.Segments, s => Assert.Equal(SceneLevel.InDistribution, s.State.Level));
            Assert.Single(story.Segments.Select(s => s.State.Identity).Distinct());
            Assert.All(story.Segments.Zip(story.Segments.Skip(1)), p => Assert.NotEqual(p.First.State, p.Second.State));
            Assert.Equal(story.FullCaptions, TrainingStories.Get(i, 4, WorldProfile.Large).FullCaptions);
        }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _backend.Dispose();
    }
}
