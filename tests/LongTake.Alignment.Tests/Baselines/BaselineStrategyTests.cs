using LongTake.Alignment.Baselines;
using LongTake.Alignment.Branches;
using LongTake.Alignment.FlowGrpo;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Nft;
using LongTake.Alignment.RewardWeighted;
using LongTake.Alignment.Tests.Grpo;
using LongTake.Tensors;

namespace LongTake.Alignment.Tests.Baselines;

/// <summary>Groups and gradients of the baselines on a model of random weights.</summary>
public sealed class BaselineStrategyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyAlignment _tiny;

    public BaselineStrategyTests() => _tiny = new TinyAlignment(_folder.File("model"));

    private Compute Compute => _tiny.Compute;

    /// <summary>Both forks come up: the beginning of the video, where nothing is shared, and the second section.</summary>
    [Theory]
    [InlineData("flow-grpo")]
    [InlineData("reward-weighted")]
    [InlineData("nft")]
    public void Members_share_a_beginning_and_differ_in_the_explored_chunks(string method)
    {
        BaselineRecipe recipe = Recipe(method);
        recipe.ExploredChunks = 1;
        using BaselineStrategy strategy = Strategy(recipe);
        HashSet<int> forks = [];
        for (ulong seed = 0; seed < 4; seed++)
        {
            VideoScript script = TinyAlignment.Script(2, (int)seed);
            List<Tensor> whole = strategy.Generator.Whole(Compute, script, seed);
            using SectionRollout group = RollOut(strategy, seed, 2);
            using SectionRollout again = RollOut(strategy, seed, 2);
            forks.Add(group.Point.Fork);
            Assert.Equal(group.Point.Fork / 3, group.Prefix.Count);
            Assert.Equal(whole.Take(group.Prefix.Count).Select(Values), group.Prefix.Select(Values));
            float[][] first = [.. Enumerable.Range(0, group.Count).Select(m => Values(group.Continuation(m)[0]))];
            Assert.Equal(first.Length, first.Select(f => string.Join(',', f)).Distinct().Count());
            for (int member = 0; member < group.Count; member++)
            {
                Assert.Equal((15 - group.Point.Fork) / 3, group.Continuation(member).Count);
                Assert.Equal(group.Continuation(member).Select(Values), again.Continuation(member).Select(Values));
                Assert.Equal(15 * 4 - 3, group.Clips(Compute, 1, member).Sum(c => c.Video.FrameCount) + Unscored(group));
            }
            whole.ForEach(t => t.Dispose());
        }
        Assert.Equal([0, 9], forks.Order());

        // Frames of the scene before the fork, which are alike.
        static int Unscored(SectionRollout group) => group.Point.Fork == 0 ? 0 : 33;
    }

    [Fact]
    public void Steps_that_are_the_samplers_own_make_the_samplers_videos()
    {
        FlowGrpoRecipe recipe = (FlowGrpoRecipe)Recipe("flow-grpo");
        recipe.StepNoise = StepNoise.Renoise;
        RewardWeightedRecipe plain = (RewardWeightedRecipe)Recipe("reward-weighted");
        using BaselineStrategy strategy = Strategy(recipe), deployed = Strategy(plain);
        using SectionRollout drawn = RollOut(strategy, 1, 1), sampled = RollOut(deployed, 1, 1);
        for (int member = 0; member < drawn.Count; member++)
        {
            Assert.All(
                Values(drawn.Continuation(member)[0]).Zip(Values(sampled.Continuation(member)[0])),
                v => Assert.Equal(v.Second, v.First, 1e-4));
        }

        // With shared noise members start alike and part at the first draw.
        recipe.SharedNoise = true;
        using SectionRollout shared = RollOut(strategy, 1, 1);
        float[][] starts = [.. shared.Trajectories.Select(t => Values(t.Steps(0)[0].X))];
        Assert.Equal(starts[0], starts[1]);
        Assert.NotEqual(Values(shared.Trajectories[0].Steps(0)[1].X), Values(shared.Trajectories[1].Steps(0)[1].X));
        Assert.NotEqual(Values(drawn.Trajectories[0].Steps(0)[0].X), Values(drawn.Trajectories[1].Steps(0)[0].X));
    }

    /// <summary>
    /// Replaying gives the velocities of the rollout bit for bit, through the cache as well and with adapters. In half precision, calls with a gradient
    /// attend to the chunk's own keys and values in full, so the ratio is one but for their rounding, far inside the clip.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void On_policy_all_ratios_are_one(bool halfCache)
    {
        FlowGrpoRecipe recipe = (FlowGrpoRecipe)Recipe("flow-grpo");
        recipe.HalfCache = halfCache;
        using BaselineStrategy strategy = Strategy(recipe);
        TinyAlignment.Disturb(strategy.Acting, 3, 0.05f);
        strategy.Current.CopyFrom(strategy.Acting);
        strategy.Current.Parameters.RequireGrad(true);
        for (ulong seed = 0; seed < 4; seed++)
        {
            using SectionRollout group = RollOut(strategy, seed, 2);
            Assert.Equal(group.Point.Fork == 0 ? 3 : 2, group.Trajectories[0].Count);
            GroupObjective objective = strategy.Accumulate(Compute, group, Advantages(2, -1, -1), 1)!;
            double rounding = halfCache ? 1e-5 : 0;
            Assert.InRange(Figure(objective, "ratio.min"), 1 - rounding, 1 + rounding);
            Assert.InRange(Figure(objective, "ratio.max"), 1 - rounding, 1 + rounding);
            Assert.True(Figure(objective, "kl") > 0);
        }
        TinyAlignment.Disturb(strategy.Current, 5, 0.05f);
        using SectionRollout later = RollOut(strategy, 7, 2);
        GroupObjective off = strategy.Accumulate(Compute, later, Advantages(2, -1, -1), 1)!;
        Assert.NotEqual(Figure(off, "ratio.min"), Figure(off, "ratio.max"));
    }

    /// <summary>A single chunk, so that nothing of the gradient is cut off by the cache.</summary>
    [Theory]
    [InlineData("flow-grpo")]
    [InlineData("reward-weighted")]
    [InlineData("nft")]
    public void The_gradient_of_a_loss_is_that_of_finite_differences(string method)
    {
        BaselineRecipe recipe = Recipe(method);
        recipe.ExploredChunks = 1;
        recipe.KlWeight = 0.5;
        if (recipe is FlowGrpoRecipe flow)
        {
            (flow.ClipLow, flow.ClipHigh) = (0.99, 1e9);
        }
        else if (recipe is NftRecipe nft)
        {
            nft.AdaptiveWeight = false;
        }
        using BaselineStrategy strategy = Strategy(recipe);
        TinyAlignment.Disturb(strategy.Current, 5, 0.1f);
        TinyAlignment.Disturb(strategy.Acting, 6, 0.05f);
        using SectionRollout group = RollOut(strategy, 3, 1);
        strategy.Current.Parameters.RequireGrad(true);
        GroupAdvantages advantages = Advantages(2, -1, -0.5);
        Loss();
        Dictionary<string, float[]> gradients = strategy.Current.Parameters.Names.ToDictionary(n => n, n => Values(strategy.Current.Parameters[n].Grad!));
        foreach (string name in (string[])["self_attn.q.lora_B", "cross_attn.v.lora_B", "ffn.2.lora_A"])
        {
            Tensor t = strategy.Current.Parameters[$"blocks.1.{name}.weight"];
            float[] gradient = gradients[$"blocks.1.{name}.weight"];
            int largest = Array.IndexOf(gradient, gradient.MaxBy(MathF.Abs));
            const float h = 0.01f;
            float before = t.Span[largest];
            t.Span[largest] = before + h;
            double above = Loss();
            t.Span[largest] = before - h;
            double below = Loss();
            t.Span[largest] = before;
            double slope = (above - below) / (2 * h);
            Assert.True(Math.Abs(slope) > 1e-6, $"{name} has no effect.");
            Assert.Equal(slope, gradient[largest], 0.02 * Math.Abs(slope));
        }

        // The same draws every time.
        double Loss()
        {
            group.Passes = 0;
            return strategy.Accumulate(Compute, group, advantages, 1)!.Loss;
        }
    }

    /// <summary>Of a group at the beginning (5 chunks a member) and one at frame 9 (3 shared, 2 a member); two steps and a writing pass a chunk.</summary>
    [Theory]
    [InlineData("flow-grpo", 0.04, 1, 0)]
    [InlineData("flow-grpo", 0, 0, 0)]
    [InlineData("reward-weighted", 0.1, 1, 0)]
    [InlineData("nft", 0, 0, 1)]
    [InlineData("nft", 1e-4, 1, 1)]
    public void Calls_of_the_generator_are_all_counted(string method, double klWeight, int referenceReplays, int actingReplays)
    {
        BaselineRecipe recipe = Recipe(method);
        recipe.KlWeight = klWeight;
        using BaselineStrategy strategy = Strategy(recipe);
        strategy.Current.Parameters.RequireGrad(true);
        GeneratorCalls calls = strategy.Calls;
        for (ulong seed = 0; seed < 4; seed++)
        {
            (long rollout, long replay, long gradient) = (calls.Rollout, calls.Replay, calls.Gradient);
            using SectionRollout group = RollOut(strategy, seed, 1);
            bool early = group.Point.Fork == 0;
            Assert.Equal(early ? 3 * 5 * 3 : 9 + (3 * 2 * 3), calls.Rollout - rollout);
            strategy.Accumulate(Compute, group, Advantages(2, -1, -1), 1);
            int chunks = early ? 3 : 2;
            Assert.Equal(3 * chunks, calls.Gradient - gradient);
            Assert.Equal(3 * (((referenceReplays + actingReplays) * ((2 * chunks) - 1)) + chunks - 1), calls.Replay - replay);
        }
    }

    [Fact]
    public void Forward_draws_take_the_samplers_levels_in_turn_and_differ_from_pass_to_pass()
    {
        RewardWeightedRecipe recipe = (RewardWeightedRecipe)Recipe("reward-weighted");
        recipe.Draws = 2;
        using BaselineStrategy strategy = Strategy(recipe);
        using SectionRollout group = RollOut(strategy, 2, 1);
        using TensorScope scope = TensorScope.Open();
        IReadOnlyList<Probe> probes = strategy.Probes(group, 1), again = strategy.Probes(group, 1);
        Assert.Equal(2 * group.Chunks, probes.Count);
        Assert.All(probes.Chunk(2), pair => Assert.Equal([0, 1], pair.Select(p => p.Step).Order()));
        Assert.Equal(probes.Select(p => Values(p.X)), again.Select(p => Values(p.X)));
        Probe probe = probes[0];
        float[] clean = Values(GeneratorParts.ToNetwork(group.Continuation(1)[0]));
        Assert.All(clean.Zip(Values(probe.X), Values(probe.Target)), v => Assert.Equal(v.First, v.Second - (probe.Sigma * v.Third), 1e-4));
        group.Passes++;
        Assert.NotEqual(Values(probe.X), Values(strategy.Probes(group, 1)[0].X));

        recipe.Timesteps = ForwardTimesteps.Uniform;
        Assert.All(strategy.Probes(group, 1), p =>
        {
            Assert.Equal(-1, p.Step);
            Assert.InRange(p.Sigma, 1e-6f, 1);
            Assert.Equal(1000 * p.Sigma, p.Timestep, 0.01);
        });
    }

    [Fact]
    public void A_share_of_the_steps_is_learned_from_and_the_best_member_alone_where_asked()
    {
        FlowGrpoRecipe recipe = (FlowGrpoRecipe)Recipe("flow-grpo");
        recipe.StepShare = 0.4;
        using BaselineStrategy strategy = Strategy(recipe);
        using SectionRollout group = RollOut(strategy, 2, 1);
        Assert.Single(strategy.Probes(group, 0));

        RewardWeightedRecipe best = (RewardWeightedRecipe)Recipe("reward-weighted");
        best.Weights = MemberWeights.Best;
        best.KlWeight = 0;
        using BaselineStrategy supervised = Strategy(best);
        supervised.Current.Parameters.RequireGrad(true);
        using SectionRollout other = RollOut(supervised, 2, 1);
        supervised.Accumulate(Compute, other, Advantages(-1, 2, -1), 1);
        Assert.Equal(other.Chunks, supervised.Calls.Gradient);
    }

    [Fact]
    public void The_old_policy_follows_slowly()
    {
        NftRecipe recipe = (NftRecipe)Recipe("nft");
        (recipe.OldDecayStart, recipe.OldDecayRate, recipe.OldDecayMax) = (1, 0.25, 0.6);
        Assert.Equal([0, 0, 0.25, 0.5, 0.6, 0.6], Enumerable.Range(0, 6).Select(recipe.OldDecay));
        using BaselineStrategy strategy = Strategy(recipe);
        TinyAlignment.Disturb(strategy.Current, 1, 1);
        const string name = "blocks.0.ffn.0.lora_B.weight";
        float initial = strategy.Acting.Parameters[name].Span[3], current = strategy.Current.Parameters[name].Span[3];
        strategy.StepDone(3);
        Assert.Equal((0.5f * initial) + (0.5f * current), strategy.Acting.Parameters[name].Span[3], 6);
        strategy.StepDone(1);
        Assert.Equal(current, strategy.Acting.Parameters[name].Span[3]);
    }

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    internal static BaselineRecipe Recipe(string method) => method switch
    {
        "flow-grpo" => TinyAlignment.Small(new FlowGrpoRecipe()),
        "nft" => TinyAlignment.Small(new NftRecipe()),
        _ => TinyAlignment.Small(new RewardWeightedRecipe()),
    };

    private static float[] Values(Tensor t) => t.Span.ToArray();

    private static double Figure(GroupObjective objective, string name) => objective.Figures.Single(f => f.Key == name).Value;

    private static GroupAdvantages Advantages(params double[] values) => GroupAdvantages.Of(
        [[.. values.Select(v => new[] { v })]],
        [new GroupSignal("local", 1)],
        Brightness.Set(),
        new AdvantageOptions { Deviation = DeviationKind.None },
        0);

    private BaselineStrategy Strategy(BaselineRecipe recipe) => (BaselineStrategy)_tiny.Strategy(recipe);

    private SectionRollout RollOut(BaselineStrategy strategy, ulong seed, int scenes) =>
        (SectionRollout)strategy.RollOut(Compute, new GroupRequest(0, 0, TinyAlignment.Script(scenes, (int)seed), seed), default);
}
