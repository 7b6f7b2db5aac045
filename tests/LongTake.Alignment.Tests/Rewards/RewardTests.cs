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
