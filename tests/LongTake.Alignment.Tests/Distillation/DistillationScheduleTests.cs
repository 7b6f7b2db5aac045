using LongTake.Alignment.Training;

namespace LongTake.Alignment.Tests.Distillation;

/// <summary>Which parts of a distillation learn when, and what is refused.</summary>
public sealed class DistillationScheduleTests : DistillationRuns
{
    [Fact]
    public void Generator_and_critic_move_in_turns_and_averaging_starts_at_its_step()
    {
        Assert.False(Run(TrainingJob.Distill, "run", Dmd + "steps: 10", mostSteps: 1));
        Dictionary<string, byte[]> first = Read("run");
        Assert.False(Run(TrainingJob.Distill, "run", Dmd + "steps: 10", mostSteps: 1, resume: true));
        Dictionary<string, byte[]> second = Read("run");
        Assert.False(Run(TrainingJob.Distill, "run", Dmd + "steps: 10", mostSteps: 1, resume: true));
        Dictionary<string, byte[]> third = Read("run");

        const string generator = "transformer.weights.head.head.weight", critic = "critic.weights.head.head.weight";
        Assert.Equal(first[generator], second[generator]);
        Assert.NotEqual(first[critic], second[critic]);
        Assert.NotEqual(second[generator], third[generator]);
        Assert.Equal(second[generator], second["transformer.average.ema.head.head.weight"]);
        Assert.NotEqual(third[generator], third["transformer.average.ema.head.head.weight"]);
    }

    [Fact]
    public void The_critic_can_learn_alone_at_first()
    {
        string recipe = Dmd + "steps: 10\ncritic_warmup: 2\n";
        Assert.False(Run(TrainingJob.Distill, "run", recipe, mostSteps: 1));
        Dictionary<string, byte[]> first = Read("run");
        Assert.False(Run(TrainingJob.Distill, "run", recipe, mostSteps: 1, resume: true));
        Dictionary<string, byte[]> second = Read("run");
        Assert.False(Run(TrainingJob.Distill, "run", recipe, mostSteps: 1, resume: true));
        Dictionary<string, byte[]> third = Read("run");

        const string generator = "transformer.weights.head.head.weight", critic = "critic.weights.head.head.weight";
        Assert.Equal(first[generator], second[generator]);
        Assert.NotEqual(first[critic], second[critic]);
        Assert.NotEqual(second[generator], third[generator]);
        RecipeException e = Assert.Throws<RecipeException>(() => Run(TrainingJob.Distill, "none", Dmd + "steps: 3\ncritic_warmup: 3"));
        Assert.Contains("critic_warmup", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_parts_that_are_named_learn()
    {
        string recipe = Dmd + "steps: 10\ntrainable: [cross_attn.q, head.head.bias]\n";
        Assert.False(Run(TrainingJob.Distill, "run", recipe, mostSteps: 1));
        Dictionary<string, byte[]> first = Read("run");
        Assert.False(Run(TrainingJob.Distill, "run", recipe, mostSteps: 2, resume: true));
        Dictionary<string, byte[]> third = Read("run");

        const string weights = "transformer.weights.", critic = "critic.weights.";
        foreach (string name in first.Keys.Where(k => k.StartsWith(weights, StringComparison.Ordinal)))
        {
            bool learns = name.Contains("cross_attn.q", StringComparison.Ordinal) || name.EndsWith("head.head.bias", StringComparison.Ordinal);
            Assert.True(learns != first[name].AsSpan().SequenceEqual(third[name]), $"{name} {(learns ? "stayed" : "moved")}");
        }
        Assert.NotEqual(first[critic + "head.head.weight"], third[critic + "head.head.weight"]);
        RecipeException e = Assert.Throws<RecipeException>(() => Run(TrainingJob.Distill, "none", Dmd + "steps: 1\ntrainable: [cross_atn]"));
        Assert.Contains("'cross_atn'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("low_rank: 2\nround_from: 0", "low_rank")]
    [InlineData("low_rank: 2\nstart_share: 0.5", "start_share")]
    [InlineData("low_rank: -1", "low_rank")]
    [InlineData("second_scene_share: 1.5", "second_scene_share")]
    [InlineData("pronoun_share: 0.5", "pronoun_share")]
    [InlineData("second_scene_share: 0.5\npreset: rolling-forcing", "preset")]
    [InlineData("second_scene_share: 0.5\nsecond_scene_preset: rolling-forcing", "second_scene_preset")]
    [InlineData("second_scene_preset: nonsense", "second_scene_preset")]
    public void Options_that_cannot_be_had_are_refused(string options, string named)
    {
        RecipeException e = Assert.Throws<RecipeException>(() => Run(TrainingJob.Distill, "none", Dmd + "steps: 1\n" + options));
        Assert.Contains($"'{named}'", e.Message, StringComparison.Ordinal);
    }
}
