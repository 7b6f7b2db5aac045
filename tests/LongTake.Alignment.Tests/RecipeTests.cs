using LongTake.Alignment.Branches;
using LongTake.Alignment.Causal;
using LongTake.Alignment.Distillation;
using LongTake.Alignment.FlowGrpo;
using LongTake.Alignment.FlowMatching;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.InfLvg;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Nft;
using LongTake.Alignment.RewardWeighted;
using LongTake.Alignment.Training;
using LongTake.Alignment.Vae;
using LongTake.Generation.Methods.InfLvg;

namespace LongTake.Alignment.Tests;

public class RecipeTests
{
    [Fact]
    public void Reads_names_with_underscores_and_keeps_defaults()
    {
        BaseRecipe recipe = RecipeReader.Parse<BaseRecipe>("layers: 3\nlength_curriculum: [6, 12]\n", "test");
        Assert.Equal(3, recipe.Layers);
        Assert.Equal([6, 12], recipe.LengthCurriculum);
        Assert.Equal(new BaseRecipe().Dim, recipe.Dim);
    }

    [Fact]
    public void Empty_text_is_the_default_recipe() => Assert.Equal(new VaeRecipe().Dim, RecipeReader.Parse<VaeRecipe>("", "test").Dim);

    [Fact]
    public void Longer_samples_make_smaller_batches()
    {
        BaseRecipe recipe = RecipeReader.Parse<BaseRecipe>("steps: 100\nbatch: 10\nlength_curriculum: [6, 12, 21, 6]\n", "test");
        Assert.Equal([new(6, 10), new(6, 10), new(12, 5), new(21, 2), new(6, 10)], new[] { 0, 24, 25, 50, 99 }.Select(recipe.SizeAt));
    }

    [Fact]
    public void Mixed_lengths_are_all_drawn_and_the_same_each_time()
    {
        BaseRecipe recipe = RecipeReader.Parse<BaseRecipe>("steps: 100\nbatch: 10\nlength_curriculum: [6, 6, 12]\nmix_lengths: true\n", "test");
        BatchSize[] sizes = [.. Enumerable.Range(0, 99).Select(recipe.SizeAt)];
        Assert.InRange(sizes.Count(size => size == new BatchSize(6, 10)), 50, 82);
        Assert.Equal(99, sizes.Count(size => size == new BatchSize(6, 10)) + sizes.Count(size => size == new BatchSize(12, 5)));
        Assert.Equal(sizes, Enumerable.Range(0, 99).Select(recipe.SizeAt));
    }

    [Fact]
    public void Samples_that_skip_ahead_come_in_steps_of_their_own()
    {
        CausalRecipe recipe = new() { LatentFrames = 21, SampleFrames = 21, GapFrames = 15, Batch = 4, SinkGap = 0.5 };
        recipe.Validate();
        BatchSize[] sizes = [.. Enumerable.Range(0, 1000).Select(recipe.SizeAt)];
        Assert.Equal([new BatchSize(15, 5), new BatchSize(21, 4)], sizes.Distinct().OrderBy(s => s.Frames));
        Assert.InRange(sizes.Count(s => s.Frames == 15), 450, 550);
        Assert.Equal(sizes, Enumerable.Range(0, 1000).Select(recipe.SizeAt));
        recipe.GapFrames = 0;
        Assert.All(Enumerable.Range(0, 100), step => Assert.Equal(new BatchSize(21, 4), recipe.SizeAt(step)));
    }

    [Fact]
    public void Shipped_recipes_are_valid()
    {
        string recipes = Path.Combine(Repository.Root, "recipes");
        string[] files = [.. Directory.GetFiles(recipes, "*.yaml", SearchOption.AllDirectories).Order()];
        Assert.True(files.Length > 5);
        foreach (string file in files)
        {
            // The training's name ends the file's: "vae.yaml", "1-vae.yaml".
            switch (Path.GetFileNameWithoutExtension(file).Split('-')[^1])
            {
                case "vae":
                    RecipeReader.Read<VaeRecipe>(file, out _);
                    break;
                case "base":
                    RecipeReader.Read<BaseRecipe>(file, out _);
                    break;
                case "causal":
                    RecipeReader.Read<CausalRecipe>(file, out _);
                    break;
                case "ode":
                    RecipeReader.Read<OdeRecipe>(file, out _);
                    break;
                case "distill":
                    RecipeReader.Read<DistributionMatchingRecipe>(file, out _);
                    break;
                case "inflvg":
                    RecipeReader.Read<InfLvgRecipe>(file, out _);
                    break;
                case "kvpo":
                    RecipeReader.Read<KvpoRecipe>(file, out _);
                    break;
                case "grpo":
                    SharesTheLayout(RecipeReader.Read<FlowGrpoRecipe>(file, out _));
                    break;
                case "weighted":
                    SharesTheLayout(RecipeReader.Read<RewardWeightedRecipe>(file, out _));
                    break;
                case "nft":
                    SharesTheLayout(RecipeReader.Read<NftRecipe>(file, out _));
                    break;
                default:
                    Assert.Fail($"{file} names no training.");
                    break;
            }
        }

        // What is compared differs in the method alone.
        void SharesTheLayout(BranchRecipe recipe)
        {
            KvpoRecipe kvpo = RecipeReader.Read<KvpoRecipe>(Path.Combine(recipes, "kvpo.yaml"), out _);
            Assert.Equal(Layout(kvpo), Layout(recipe));
        }

        static string Layout(BranchRecipe r) => string.Join(
            ' ',
            r.Model,
            r.World,
            r.Seed,
            string.Join(',', r.Rewards),
            string.Join(',', r.HeldOutRewards),
            r.Scenes,
            r.Frames,
            r.FirstSection,
            r.Section,
            r.Window,
            r.Sink,
            r.ForkSections,
            r.GroupSize,
            r.LocalWeight,
            r.GlobalWeight,
            r.GlobalFrames,
            r.LoraRank,
            r.EvaluationScripts,
            r.EvaluationSeed);
    }

    [Theory]
    [InlineData("stepz: 3", "stepz")]
    [InlineData("steps: many", "line 1")]
    [InlineData("steps: 0", "'steps' must be at least 1")]
    [InlineData("batch: -1", "'batch'")]
    [InlineData("learning_rate: 0", "'learning_rate'")]
    [InlineData("final_learning_rate: 1", "'final_learning_rate'")]
    [InlineData("beta1: 1", "'beta1'")]
    [InlineData("gradient_clip: 0", "'gradient_clip'")]
    [InlineData("ema_decay: 1", "'ema_decay'")]
    [InlineData("optimizer: newton", "line 1")]
    [InlineData("muon_momentum: 1", "'muon_momentum'")]
    [InlineData("start_from: ' '", "'start_from'")]
    [InlineData("checkpoint_minutes: 0", "'checkpoint_minutes'")]
    [InlineData("frames: 8", "'frames' must be 4n + 1")]
    [InlineData("crop: 65", "'crop'")]
    [InlineData("picture_share: 2", "'picture_share'")]
    [InlineData("dim: 1", "'dim'")]
    public void A_wrong_value_is_refused_by_name(string text, string expected)
    {
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Parse<VaeRecipe>(text, "test"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("alignment_weight: -1", "'alignment_weight'")]
    [InlineData("alignment_block: 9", "'alignment_block'")]
    [InlineData("length_curriculum: []", "'length_curriculum'")]
    [InlineData("logit_std: -1", "'logit_std'")]
    [InlineData("logit_mean: 2", "'logit_std'")]
    public void A_wrong_base_value_is_refused_by_name(string text, string expected)
    {
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Parse<BaseRecipe>(text, "test"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sample_frames: 10", "'sample_frames'")]
    [InlineData("sample_frames: 24", "'sample_frames' must be at most latent_frames")]
    [InlineData("gap_frames: 12", "'gap_frames'")]
    [InlineData("gap_frames: 7", "'gap_frames'")]
    [InlineData("gap_frames: 3", "'gap_frames'")]
    [InlineData("world: huge", "'world' must be one of full, large")]
    [InlineData("context_noise: 1000", "'context_noise'")]
    [InlineData("second_scene_share: 1.5", "'second_scene_share'")]
    [InlineData("pronoun_share: -1", "'pronoun_share'")]
    [InlineData("forcing: sideways", "line 1")]
    [InlineData("timestep_shift: 0", "'timestep_shift'")]
    public void A_wrong_causal_value_is_refused_by_name(string text, string expected)
    {
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Parse<CausalRecipe>(text, "test"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frames: 20", "'frames' must be a multiple of chunk_frames")]
    [InlineData("step_list: [1000, 1000]", "'step_list'")]
    [InlineData("step_list: [1001]", "'step_list'")]
    [InlineData("step_list: []", "'step_list'")]
    [InlineData("preset: everything", "'preset' must be one of full, ")]
    [InlineData("teacher_steps: 30", "'teacher_steps' must be such that every step of step_list (1000, 750, 500, 250)")]
    [InlineData("teacher_guidance: -1", "'teacher_guidance'")]
    [InlineData("pairs: 0", "'pairs'")]
    [InlineData("critic_updates: 2", "critic_updates")]
    public void A_wrong_value_of_the_regression_is_refused_by_name(string text, string expected)
    {
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Parse<OdeRecipe>(text, "test"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("critic_updates: 0", "'critic_updates'")]
    [InlineData("critic_learning_rate: 0", "'critic_learning_rate'")]
    [InlineData("min_frames: 4", "'min_frames'")]
    [InlineData("min_step: 0", "'min_step'")]
    [InlineData("max_step: 10", "'max_step' must be between min_step and 1000")]
    [InlineData("real_guidance: 101", "'real_guidance'")]
    [InlineData("context_noise: 1000", "'context_noise'")]
    [InlineData("timestep_shift: 0", "'timestep_shift'")]
    [InlineData("ema_start: -1", "'ema_start'")]
    public void A_wrong_value_of_the_distillation_is_refused_by_name(string text, string expected)
    {
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Parse<DistributionMatchingRecipe>(text, "test"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_of_distillation_are_the_published_ones()
    {
        DistributionMatchingRecipe recipe = RecipeReader.Parse<DistributionMatchingRecipe>("", "test");
        Assert.Equal((600, 64, 2e-6f, 4e-7f), (recipe.Steps, recipe.Batch, recipe.LearningRate, recipe.CriticLearningRate));
        Assert.Equal((0f, 0.999f, 0.01f, 10f), (recipe.Beta1, recipe.Beta2, recipe.WeightDecay, recipe.GradientClip));
        Assert.Equal((0.99f, 200, 5, 4.0), (recipe.EmaDecay, recipe.EmaStart, recipe.CriticUpdates, recipe.RealGuidance));
        Assert.Equal([1000, 750, 500, 250], recipe.StepList);
        Assert.Equal((48, 6.0), (new OdeRecipe().TeacherSteps, new OdeRecipe().TeacherGuidance));
    }

    [Fact]
    public void The_defaults_of_alignment_are_the_published_ones_and_shipped_recipes_name_smaller_ones()
    {
        KvpoRecipe kvpo = new();
        Assert.Equal((8, 4, 5, 7, 12, 3), (kvpo.GroupSize, kvpo.Nearest, kvpo.PerturbedChunks, kvpo.ForkSections, kvpo.Window, kvpo.Sink));
        Assert.Equal((147, 21, 18, 30), (kvpo.Frames, kvpo.FirstSection, kvpo.Section, kvpo.History));
        Assert.Equal((0.1, 0.2, 10.0, 1.0, 2), (kvpo.ClipLow, kvpo.ClipHigh, kvpo.KlWeight, kvpo.Temperature, kvpo.GradientSteps));
        Assert.Equal((256, 0.0, 1e-5f, 0.01f, 2.5), (kvpo.LoraRank, kvpo.LoraAlpha, kvpo.LearningRate, kvpo.WeightDecay, kvpo.AdvantageClamp));
        Assert.Equal((KlReference.Initial, KvpoProtection.Half, 2), (kvpo.KlReference, kvpo.Protection, kvpo.StepsPerSync));
        InfLvgRecipe inflvg = new();
        Assert.Equal((4, 48, 9, 9), (inflvg.Scenes, inflvg.SceneFrames, inflvg.RolloutFrames, inflvg.HistoryFrames));
        Assert.Equal(new InfLvgContextSizes(1, 6, 2, 48), inflvg.Context);
        Assert.Equal((10, 1, 1e-3f, 10f), (inflvg.GroupSize, inflvg.Epochs, inflvg.LearningRate, inflvg.GradientClip));
        Assert.Equal((null, null, 0.0), (inflvg.ClipLow, inflvg.ClipHigh, inflvg.KlWeight));
        Assert.Equal(ClipRange.None, inflvg.Clip);

        string recipes = Path.Combine(Repository.Root, "recipes");
        Assert.Equal(16, RecipeReader.Read<KvpoRecipe>(Path.Combine(recipes, "kvpo.yaml"), out _).LoraRank);
        InfLvgRecipe shipped = RecipeReader.Read<InfLvgRecipe>(Path.Combine(recipes, "inflvg.yaml"), out _);
        Assert.Equal(new InfLvgContextSizes(1, 2, 2, 12), shipped.Context);
        Assert.Equal((new ClipRange(0.1, 0.2), 0.01), (shipped.Clip, shipped.KlWeight));
    }

    [Fact]
    public void A_missing_recipe_is_named()
    {
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Read<VaeRecipe>("no/such/recipe.yaml", out _));
        Assert.Contains("no/such/recipe.yaml", e.Message, StringComparison.Ordinal);
    }
}
