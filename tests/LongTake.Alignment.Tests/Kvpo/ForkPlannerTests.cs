using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Training;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>Forks, pools and routes of the published setting.</summary>
public sealed class ForkPlannerTests
{
    private static KvpoRecipe Recipe => new() { Rewards = { ["total"] = 1 } };

    [Fact]
    public void Twelve_forks_qualify_and_their_pools_have_fourteen_frames()
    {
        KvpoRecipe recipe = Recipe;
        recipe.Validate();
        ForkPlanner planner = new(recipe);
        Assert.Equal([21, 24, 39, 42, 57, 60, 75, 78, 93, 96, 111, 114], planner.Forks);
        Assert.All(planner.Forks, f => Assert.Equal(14, planner.Pool(f).Length));
        Assert.Equal(Enumerable.Range(3, 14), planner.Pool(21));
        Assert.Equal(5, planner.RoutedFrames);
        Assert.Equal([0, 39, 75, 111], recipe.SceneStarts(4));

        KvpoRecipe paper = Recipe;
        paper.Nearest = 3;
        ForkPlanner six = new(paper);
        Assert.Equal(12, six.Forks.Count);
        Assert.Equal(6, six.RoutedFrames);
        Assert.All(six.Forks, f => Assert.Equal(15, six.Pool(f).Length));
    }

    [Fact]
    public void Routes_may_take_the_places_of_the_sink_and_choose_its_frames()
    {
        KvpoRecipe recipe = Recipe;
        recipe.RouteSink = true;
        recipe.Nearest = 9;
        recipe.Routes = RouteChoice.Independent;
        recipe.Validate();
        ForkPlanner planner = new(recipe);
        Assert.Equal(3, planner.RoutedFrames);
        Assert.Equal([0, 1, 2, .. Enumerable.Range(21, 9)], planner.Pool(39));
        HashSet<int> read = [.. Enumerable.Range(0, 60).SelectMany(seed => planner.Plan(39, new CounterRandom((ulong)seed, 1)).Routes.SelectMany(r => r))];
        Assert.True(read.SetEquals(planner.Pool(39)));

        recipe.RouteSink = false;
        Assert.Contains("nearest", Assert.Throws<RecipeException>(recipe.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stretches_are_the_releases_and_dispersed_ones_have_less_in_common()
    {
        int[] pool = [.. Enumerable.Range(3, 14)];
        KvpoRecipe recipe = Recipe;
        recipe.Routes = RouteChoice.Stretches;
        ForkPlanner planner = new(recipe);
        for (int k = 0; k < 8; k++)
        {
            Assert.Equal(Enumerable.Range(3 + k, 5), planner.Stretch(pool, k));
        }
        double released = planner.Plan(21, new CounterRandom(1, 1)).Overlap;
        recipe.Routes = RouteChoice.Dispersed;
        Assert.True(planner.Plan(21, new CounterRandom(1, 1)).Overlap < released);
    }

    [Theory]
    [InlineData(RouteChoice.Dispersed)]
    [InlineData(RouteChoice.Stretches)]
    [InlineData(RouteChoice.Independent)]
    public void Routes_are_rising_frames_of_the_pool_and_a_function_of_the_seed(RouteChoice routes)
    {
        KvpoRecipe recipe = Recipe;
        recipe.Routes = routes;
        ForkPlanner planner = new(recipe);
        HashSet<int> forks = [];
        for (ulong seed = 0; seed < 60; seed++)
        {
            ForkPlan plan = planner.Draw(seed);
            forks.Add(plan.Fork);
            int[] pool = planner.Pool(plan.Fork);
            Assert.True(plan.SectionStart <= plan.Fork && plan.Fork + 15 <= plan.SectionEnd);
            Assert.Equal(8, plan.Routes.Count);
            Assert.All(plan.Routes, r =>
            {
                Assert.Equal(5, r.Distinct().Count());
                Assert.Equal(r.Order(), r);
                Assert.Empty(r.Except(pool));
            });
            Assert.Equal(plan.Routes.Select(r => string.Join(',', r)), planner.Draw(seed).Routes.Select(r => string.Join(',', r)));
        }
        Assert.True(forks.Count > 6);
    }

    [Theory]
    [InlineData("group_size: 1", "group_size")]
    [InlineData("frames: 100", "frames")]
    [InlineData("nearest: 9", "nearest")]
    [InlineData("scenes: 6\nframes: 57", "scenes")]
    [InlineData("perturbed_chunks: 7", "no place for branches")]
    [InlineData("lora_targets: [attn]", "attn")]
    [InlineData("rewards: {beauty: 1}", "beauty")]
    [InlineData("rewards: {total: 0}", "above 0")]
    [InlineData("held_out_rewards: [total]", "twice")]
    [InlineData("temperature: 0", "temperature")]
    [InlineData("exploration: dice", "dice")]
    [InlineData("exploration: noise\nnoise_scale: 1.5", "noise_scale")]
    [InlineData("exploration: step_noise\nnoise_scale: 0", "noise_scale")]
    [InlineData("exploration: step_noise\nperturbed_steps: 1", "perturbed_steps")]
    [InlineData("exploration: step_noise\ngradient_steps: 1", "gradient_steps")]
    public void Wrong_recipes_are_refused_by_name(string line, string named)
    {
        string text = line.StartsWith("rewards", StringComparison.Ordinal) ? line : "rewards: {total: 1}\n" + line;
        RecipeException e = Assert.Throws<RecipeException>(() => RecipeReader.Parse<KvpoRecipe>(text, "test"));
        Assert.Contains(named, e.Message, StringComparison.OrdinalIgnoreCase);
    }
}
