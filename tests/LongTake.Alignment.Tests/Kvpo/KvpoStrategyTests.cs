using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Tests.Grpo;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Optimizers;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>Branches, replay and objective on a model of random weights.</summary>
public sealed class KvpoStrategyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyAlignment _tiny;

    public KvpoStrategyTests() => _tiny = new TinyAlignment(_folder.File("model"));

    private Compute Compute => _tiny.Compute;

    [Theory]
    [InlineData(1, KvpoExploration.Routing)]
    [InlineData(2, KvpoExploration.Routing)]
    [InlineData(2, KvpoExploration.Noise)]
    [InlineData(1, KvpoExploration.StepNoise)]
    public void The_anchor_is_the_video_that_generation_makes_and_branches_share_its_beginning(int scenes, KvpoExploration exploration)
    {
        VideoScript script = TinyAlignment.Script(scenes);
        for (ulong seed = 0; seed < 4; seed++)
        {
            KvpoRecipe recipe = TinyAlignment.Recipe;
            recipe.Exploration = exploration;
            using KvpoStrategy strategy = new(recipe, _tiny.Parts);
            List<Tensor> whole = strategy.Generator.Whole(Compute, script, seed);
            using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(Compute, new GroupRequest(0, 0, script, seed), default);
            IEnumerable<Tensor> anchor = rollout.Prefix.Concat(rollout.Continuation(recipe.GroupSize));
            Assert.Equal(whole.Select(Values), anchor.Select(Values));
            int shared = rollout.Prefix.Count;
            Assert.Equal(rollout.Plan.Fork / 3, shared);
            for (int g = 0; g < recipe.GroupSize; g++)
            {
                Assert.NotEqual(Values(whole[shared]), Values(rollout.Continuation(g)[0]));
                Assert.Equal((rollout.Plan.SectionEnd - rollout.Plan.Fork) / 3, rollout.Trajectories[g].Count);
            }
            whole.ForEach(t => t.Dispose());
        }
    }

    [Theory]
    [InlineData(1, false, false, KvpoExploration.Routing)]
    [InlineData(2, false, false, KvpoExploration.Routing)]
    [InlineData(2, true, false, KvpoExploration.Routing)]
    [InlineData(2, false, true, KvpoExploration.Routing)]
    [InlineData(2, false, false, KvpoExploration.Noise)]
    [InlineData(1, true, false, KvpoExploration.StepNoise)]
    public void The_anchors_energy_is_zero_under_the_policy_that_acted_and_a_branchs_is_not(
        int scenes, bool teacherForced, bool halfCache, KvpoExploration exploration)
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.Exploration = exploration;
        recipe.TeacherForced = teacherForced;
        recipe.HalfCache = halfCache;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts, recordsAnchor: true);
        TinyAlignment.Disturb(strategy.Acting, 3, 0.05f);
        for (ulong seed = 0; seed < 4; seed++)
        {
            using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(Compute, Request(seed, scenes), default);
            using TrajectoryEnergy energy = strategy.CreateEnergy(Compute);
            double[] branches = strategy.Energies(Compute, energy, rollout, strategy.Acting);
            Assert.All(branches, e => Assert.True(e > 1e-6));
            using (TextContext text = _tiny.Parts.Transformer.PrepareText(Compute, rollout.Prompt))
            {
                Assert.Equal(0, energy.Evaluate(Compute, rollout.Anchor!, text, rollout.Fork));
            }
            Assert.Equal(branches, strategy.Energies(Compute, energy, rollout, strategy.Acting));
            Assert.NotEqual(branches, strategy.Energies(Compute, energy, rollout, strategy.Current));
        }
    }

    /// <summary>
    /// A branch with noise of its own is compared under the noise that all share: its recorded states begin where the anchor's do, and lead to its own
    /// clean estimates.
    /// </summary>
    [Theory]
    [InlineData(KvpoExploration.Noise, 0)]
    [InlineData(KvpoExploration.StepNoise, 1)]
    public void Branches_of_noise_are_recorded_from_the_shared_state_and_explorations_cost_the_same(KvpoExploration exploration, int step)
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.Exploration = exploration;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts, recordsAnchor: true), routing = new(TinyAlignment.Recipe, _tiny.Parts);
        using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(Compute, Request(1, 2), default);
        using KvpoRollout routed = (KvpoRollout)routing.RollOut(Compute, Request(1, 2), default);
        Assert.Equal(rollout.Plan.Fork, routed.Plan.Fork);
        Assert.Equal(routing.Calls.Rollout, strategy.Calls.Rollout);
        Assert.DoesNotContain(rollout.Figures, f => f.Key == "overlap");
        TrajectoryStep anchor = rollout.Anchor!.Steps(0)[step];
        double sigma = strategy.Levels.Sigmas[1];
        for (int g = 0; g < recipe.GroupSize; g++)
        {
            TrajectoryStep branch = rollout.Trajectories[g].Steps(0)[step], last = rollout.Trajectories[g].Steps(0)[1];
            Assert.Equal(Values(anchor.X), Values(branch.X));
            Assert.NotEqual(Values(anchor.Velocity), Values(branch.Velocity));
            using Tensor clean = TensorScope.Detach(GeneratorParts.ToNetwork(rollout.Continuation(g)[0]));
            Assert.All(
                Values(clean).Zip(Values(last.X), Values(last.Velocity)),
                v => Assert.Equal(v.First, v.Second - (sigma * v.Third), 1e-5));
        }

        // Learning costs the same as well.
        strategy.Current.Parameters.RequireGrad(true);
        routing.Current.Parameters.RequireGrad(true);
        strategy.Accumulate(Compute, rollout, Advantages(1, 0, -1), 1);
        routing.Accumulate(Compute, routed, Advantages(1, 0, -1), 1);
        Assert.True(strategy.Calls.Gradient > 0);
        Assert.Equal(routing.Calls.Replay, strategy.Calls.Replay);
        Assert.Equal(routing.Calls.Gradient, strategy.Calls.Gradient);
    }

    [Fact]
    public void On_policy_all_ratios_are_one_and_a_step_makes_the_best_branch_more_likely()
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.KlWeight = 0;
        recipe.Temperature = 0.05;
        recipe.GradientSteps = 2;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts);
        using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(Compute, Request(1, 1), default);
        strategy.Current.Parameters.RequireGrad(true);
        GroupAdvantages advantages = Advantages(2, -1, -1);
        GroupObjective objective = strategy.Accumulate(Compute, rollout, advantages, 1)!;
        Assert.Equal(1, Figure(objective, "ratio.min"));
        Assert.Equal(1, Figure(objective, "ratio.max"));
        using TrajectoryEnergy energy = strategy.CreateEnergy(Compute);
        double before = Share(strategy.Energies(Compute, energy, rollout, strategy.Current));
        Step(Compute, strategy);
        double after = Share(strategy.Energies(Compute, energy, rollout, strategy.Current));
        Assert.True(after > before, $"{before} became {after}");

        double Share(double[] energies) =>
            Math.Exp(-energies[0] / 0.05) / energies.Sum(e => Math.Exp(-e / 0.05));
    }

    [Fact]
    public void The_gradient_of_an_energy_is_that_of_finite_differences()
    {
        // A stretch of one chunk: nothing of the gradient is cut off by the cache.
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.FirstSection = 12;
        recipe.Section = 3;
        recipe.Scenes = 1;
        recipe.ForkSections = 5;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts);
        TinyAlignment.Disturb(strategy.Current, 5, 0.1f);
        ulong seed = 0;
        KvpoRollout rollout;
        while ((rollout = (KvpoRollout)strategy.RollOut(Compute, Request(seed, 1), default)).Trajectories[0].Count > 1)
        {
            rollout.Dispose();
            seed++;
        }
        using TrajectoryEnergy energy = strategy.CreateEnergy(Compute);
        strategy.Current.Parameters.RequireGrad(true);
        strategy.Current.AttachTo(_tiny.Parts.Transformer);
        using (TextContext text = _tiny.Parts.Transformer.PrepareText(Compute, rollout.Prompt))
        {
            energy.Accumulate(Compute, rollout.Trajectories[0], text, rollout.Fork, 1);
        }
        foreach (string name in (string[])["self_attn.q.lora_B", "self_attn.k.lora_A", "cross_attn.v.lora_B", "ffn.0.lora_A", "ffn.2.lora_B"])
        {
            Tensor t = strategy.Current.Parameters[$"blocks.1.{name}.weight"];
            float[] gradient = t.Grad!.Span.ToArray();
            int largest = Array.IndexOf(gradient, gradient.MaxBy(MathF.Abs));
            const float h = 0.01f;
            float before = t.Span[largest];
            t.Span[largest] = before + h;
            double above = strategy.Energies(Compute, energy, rollout, strategy.Current)[0];
            t.Span[largest] = before - h;
            double below = strategy.Energies(Compute, energy, rollout, strategy.Current)[0];
            t.Span[largest] = before;
            double slope = (above - below) / (2 * h);
            Assert.True(Math.Abs(slope) > 1e-6, $"{name} has no effect.");
            Assert.Equal(slope, gradient[largest], 0.02 * Math.Abs(slope));
        }
        rollout.Dispose();
    }

    [Fact]
    public void Routes_end_with_their_stretch_and_temperature_is_kept_once_calibrated()
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.TemperatureScale = 2;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts);
        strategy.Current.Parameters.RequireGrad(true);
        Assert.Equal(0, strategy.Temperature);
        using (IGroupRollout first = strategy.RollOut(Compute, Request(1, 2), default))
        {
            strategy.Accumulate(Compute, first, Advantages(1, 0, -1), 1);
        }
        double calibrated = strategy.Temperature;
        Assert.True(calibrated > 0);
        using (IGroupRollout second = strategy.RollOut(Compute, Request(2, 2), default))
        {
            strategy.Accumulate(Compute, second, Advantages(1, 0, -1), 1);
        }
        Assert.Equal(calibrated, strategy.Temperature);

        // The same group again, after others: nothing of a branch outlives it.
        using KvpoRollout once = (KvpoRollout)strategy.RollOut(Compute, Request(3, 2), default);
        using KvpoRollout again = (KvpoRollout)strategy.RollOut(Compute, Request(3, 2), default);
        for (int member = 0; member <= recipe.GroupSize; member++)
        {
            Assert.Equal(once.Continuation(member).Select(Values), again.Continuation(member).Select(Values));
        }
    }

    /// <summary>With all but the sink left in place, a branch that reads the sink is what generation makes, and one that reads another frame is not.</summary>
    [Fact]
    public void A_route_that_takes_the_sinks_place_reads_what_it_names_and_no_more()
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.RouteSink = true;
        recipe.Nearest = recipe.Window - recipe.Sink;
        recipe.Validate();
        int asGenerated = 0, otherwise = 0;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts);
        for (ulong seed = 0; seed < 4; seed++)
        {
            using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(Compute, Request(seed, 2), default);
            for (int g = 0; g < recipe.GroupSize; g++)
            {
                bool readsSink = rollout.Plan.Routes[g] is [0];
                bool isAnchor = rollout.Continuation(g).Zip(rollout.Continuation(recipe.GroupSize)).All(c => Values(c.First).SequenceEqual(Values(c.Second)));
                Assert.Equal(readsSink, isAnchor);
                (asGenerated, otherwise) = readsSink ? (asGenerated + 1, otherwise) : (asGenerated, otherwise + 1);
            }
        }
        Assert.True(asGenerated > 0 && otherwise > 0, $"{asGenerated}, {otherwise}");
    }

    /// <summary>Right after a renewal the divergence from the policy that acted is none, and energies under the initial one are not computed.</summary>
    [Fact]
    public void The_divergence_is_from_the_initial_policy_or_from_the_one_that_acted()
    {
        (double initial, long calls, long energies) = Kl(KlReference.Initial);
        (double old, long fewer, _) = Kl(KlReference.Old);
        Assert.True(initial > 1e-9);
        Assert.Equal(0, old);
        Assert.Equal(energies, calls - fewer);
        Assert.Equal(fewer, Kl(KlReference.Initial, weight: 0).Replay);

        (double Kl, long Replay, long OfEnergies) Kl(KlReference reference, double weight = 10)
        {
            KvpoRecipe recipe = TinyAlignment.Recipe;
            recipe.KlReference = reference;
            recipe.KlWeight = weight;
            recipe.Temperature = 0.01;
            using KvpoStrategy strategy = new(recipe, _tiny.Parts);
            TinyAlignment.Disturb(strategy.Current, 3, 0.05f);
            strategy.Acting.CopyFrom(strategy.Current);
            strategy.Current.Parameters.RequireGrad(true);
            using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(Compute, Request(1, 2), default);
            GroupObjective objective = strategy.Accumulate(Compute, rollout, Advantages(1, 0.5, -1), 1)!;
            long replay = strategy.Calls.Replay;
            using TrajectoryEnergy energy = strategy.CreateEnergy(Compute);
            strategy.Energies(Compute, energy, rollout, strategy.Acting);
            return (Figure(objective, "kl"), replay, strategy.Calls.Replay - replay);
        }
    }

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    internal static GroupRequest Request(ulong seed, int scenes) => new(0, 0, TinyAlignment.Script(scenes, (int)seed), seed);

    /// <summary>A short step against the gradient that is in the adapters.</summary>
    internal static void Step(Compute compute, KvpoStrategy strategy)
    {
        float norm = (float)new GradientClipper(compute.Backend).Norm(strategy.Current.Parameters);
        Assert.True(norm > 0);
        foreach (Tensor t in strategy.Current.Parameters.Tensors)
        {
            for (int i = 0; i < t.Span.Length; i++)
            {
                t.Span[i] -= 0.02f / norm * t.Grad!.Span[i];
            }
        }
    }

    private static float[] Values(Tensor t) => t.Span.ToArray();

    private static double Figure(GroupObjective objective, string name) => objective.Figures.Single(f => f.Key == name).Value;

    /// <summary>Advantages of a group whose anchor is worse than its best branch.</summary>
    internal static GroupAdvantages Advantages(params double[] values) => GroupAdvantages.Of(
        [[.. values.Select(v => new[] { v }), [0.0]]],
        [new GroupSignal("local", 1)],
        Brightness.Set(),
        new AdvantageOptions { Baseline = AdvantageBaseline.Anchor, Deviation = DeviationKind.None },
        0);
}
