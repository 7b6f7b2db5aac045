using System.Text.Json;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.InfLvg;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Tests.InfLvg;

/// <summary>The training as a user runs it, with tiny networks of random weights.</summary>
public sealed class InfLvgTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(2);

    public InfLvgTrainingTests() => TinyTeacher.Write(Model);

    private string Model => _folder.File("model");

    private string Text => $"""
        model: {Model}
        scenes: 3
        scene_frames: 6
        rollout_frames: 3
        history_frames: 3
        keep: 2
        recent: 1
        sampling_steps: 1
        group_size: 3
        rewards: {"{"} fidelity: 1 {"}"}
        held_out_rewards: [identity]
        evaluation_scripts: 1
        steps: 3

        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_policy_is_trained_that_the_preset_takes(bool perTransition)
    {
        Assert.True(Run("run", Text + $"per_transition: {(perTransition ? "true" : "false")}\nsample_every: 3"));
        string policy = _folder.File("run/policy.safetensors");
        InfLvgPolicyFile file = InfLvgPolicyFile.Open(policy);
        Assert.Equal(perTransition ? 2 : 0, file.Config.Transitions);
        Assert.Equal(new InfLvgContextSizes(1, 2, 1, 6), file.Context);
        Assert.True(File.Exists(_folder.File("run/samples-000003.png")));

        using ModelFolder model = ModelFolder.Open(Model);
        StreamingMethod method = MethodPresets.Create("inflvg", new Dictionary<string, string> { ["policy"] = policy });
        Assert.Null(method.CannotTell(3));
        Assert.Equal(perTransition, method.CannotTell(4) is not null);
        using ChunkGenerator generator = new(
            new Compute(_backend), model.LoadTransformer(TransformerKind.Causal), method, new SamplerOptions { StepList = [1000] }, new RunInfo(1, 3, 9), 1, 8, 8);
        generator.SetPrompt(Tensor.Zeros([1, 5, 16]));
        generator.Next().Dispose();
        generator.Next().Dispose();
        generator.SetPrompt(Tensor.Zeros([1, 4, 16]));
        generator.Next().Dispose();

        string[] lines = File.ReadAllLines(_folder.File("run/metrics.jsonl"));
        using JsonDocument last = JsonDocument.Parse(lines[^1]);
        foreach (string figure in (string[])["reward.scene.fidelity", "reward.scene.identity", "overlap", "candidates", "score_deviation", "eval.fidelity"])
        {
            Assert.Contains($"\"{figure}\"", lines[^1], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_resumed_training_continues_bit_for_bit_on_any_number_of_threads(bool perTransition)
    {
        string text = Text + $"per_transition: {(perTransition ? "true" : "false")}\nepochs: 2\n";
        Assert.True(Run("whole", text));
        using CpuBackend three = new(3);
        Assert.False(Run("parts", text, mostSteps: 2, backend: three));
        Assert.True(Run("parts", text, resume: true, backend: three));
        Assert.Equal(Read("whole"), Read("parts"));
    }

    /// <summary>Without differences of reward nothing moves; with them it does, also when they are shuffled.</summary>
    [Fact]
    public void Rewards_move_the_policy_and_ties_do_not()
    {
        string text = Text + "weight_decay: 0\nsteps: 1\n";
        Assert.True(Run("ties", text + "tie_tolerance: 1000\n"));
        Assert.True(Run("moved", text));
        Assert.True(Run("shuffled", text + "shuffle_rewards: true\n"));
        using ParameterStore start = ParameterStore.CreateRandom(InfLvgPolicy.Specs(Config()), 1);
        byte[] initial = Bytes(start["policies.0.scorer.0.weight"]);
        Assert.Equal(initial, Weight("ties"));
        Assert.NotEqual(initial, Weight("moved"));
        Assert.NotEqual(initial, Weight("shuffled"));

        byte[] Weight(string run) => Read(run)["policy0.weights.policies.0.scorer.0.weight"];
    }

    [Fact]
    public void Members_share_history_and_noise_and_differ_in_their_context()
    {
        using ModelFolder model = ModelFolder.Open(Model);
        InfLvgRecipe recipe = RecipeReader.Parse<InfLvgRecipe>(Text, "test");
        using InfLvgStrategy strategy = new(recipe, InfLvgParts.Load(model, recipe));
        Compute compute = new(_backend);
        VideoScript script = new StoryScripts(3, WorldProfile.Full, StoryCaptions.Pronoun).Training(4);
        Assert.StartsWith("it ", script.Scenes[2].Prompt, StringComparison.Ordinal);
        GroupRequest request = new(1, 0, script, 77);
        Assert.Equal(2, strategy.TransitionOf(1, 0, 3));
        using IGroupRollout first = strategy.RollOut(compute, request, default);
        using IGroupRollout again = strategy.RollOut(compute, request, default);
        byte[][] clips = [.. Enumerable.Range(0, 3).Select(i => Frames(first, i))];
        Assert.Equal(clips, Enumerable.Range(0, 3).Select(i => Frames(again, i)));

        // Three latent frames of history, then three of the new scene: the first half is common.
        RewardClip clip = first.Clips(compute, 0, 0)[0];
        Assert.Equal(24, clip.Video.FrameCount);
        Assert.Equal([0, 12], clip.Video.Prompts.Select(p => p.StartFrame));
        int half = clips[0].Length / 2;
        Assert.Equal(clips[0][..half], clips[1][..half]);
        Assert.NotEqual(clips[0][half..], clips[1][half..]);
        Assert.NotEqual(clips[1][half..], clips[2][half..]);

        // The same first scenes as when the policy is used.
        RewardClip whole = strategy.Deploy(compute, script, 77, [.. strategy.Networks.Select(n => n.Parameters)]);
        int frame = whole.Video.FrameBytes, start = (int)VideoTime.FramesOf(9);
        Assert.Equal(clips[0][..half], whole.Frames.Slice(start * frame, half).ToArray());

        byte[] Frames(IGroupRollout rollout, int member) => rollout.Clips(compute, 0, member)[0].Frames.ToArray();
    }

    /// <summary>With one try the best of n random contexts is a random context; with more the reward of what is chosen never falls.</summary>
    [Fact]
    public void Search_takes_the_context_with_the_best_reward()
    {
        using ModelFolder model = ModelFolder.Open(Model);
        InfLvgRecipe recipe = RecipeReader.Parse<InfLvgRecipe>(Text.Replace("scenes: 3", "scenes: 2", StringComparison.Ordinal), "test");
        using MetricWeights none = MetricWeights.Open(null, _backend);
        RewardSet rewards = RewardCatalogue.Create(recipe.Rewards, [], none);
        InfLvgParts parts = InfLvgParts.Load(model, recipe);
        Compute compute = new(_backend);
        VideoScript script = new StoryScripts(2, WorldProfile.Full, StoryCaptions.Full).HeldOut(0);
        BestOfRandom search = new(recipe, parts, rewards);
        RewardClip one = search.Tell(compute, script, 5, 1), three = search.Tell(compute, script, 5, 3);
        Assert.Equal(one.Frames.ToArray(), search.Tell(compute, script, 5, 1).Frames.ToArray());
        Assert.True(Seen(three) >= Seen(one), $"{Seen(three)} of three, {Seen(one)} of one");

        double Seen(RewardClip clip)
        {
            (int first, int count) = StoryTelling.Seen(recipe, 1);
            ReadOnlyMemory<byte> frames = clip.Frames.Slice(first * clip.Video.FrameBytes, count * clip.Video.FrameBytes);
            return rewards.Score(StoryTelling.Clips(parts, recipe, script).Clip(first, frames))[0];
        }
    }

    [Fact]
    public void A_trial_compares_a_policy_with_its_controls()
    {
        Assert.True(Run("run", Text + "steps: 1\n"));
        InfLvgPolicyFile policy = InfLvgPolicyFile.Open(_folder.File("run/policy.safetensors"));
        using ModelFolder model = ModelFolder.Open(Model);
        InfLvgRecipe recipe = RecipeReader.Parse<InfLvgRecipe>(Text.Replace("scenes: 3", "scenes: 2", StringComparison.Ordinal), "test");
        using MetricWeights none = MetricWeights.Open(null, _backend);
        RewardSet rewards = RewardCatalogue.Create(recipe.Rewards, recipe.HeldOutRewards, none);
        StoryScripts scripts = new(2, WorldProfile.Full, StoryCaptions.Full);
        InfLvgTrial trial = new(recipe, InfLvgParts.Load(model, recipe), rewards, scripts);
        IReadOnlyList<InfLvgTrialRow> rows = trial.Run(new Compute(_backend), policy, 2, 2);
        Assert.Equal(["learned", "drawn", "random", "recent", "window", "full", "best-of-2"], rows.Select(r => r.Context));
        Assert.Equal(3, rows.Select(r => r.Scores[0][0]).Distinct().Take(3).Count());
        Assert.Equal(2, rows[0].Mean(0).Items);

        // Scenes of 6 frames and a context of 10: the window does not see all of the 12 frames, and differs from the whole past.
        Assert.NotEqual(rows[3].Scores, rows[4].Scores);
        Assert.NotEqual(rows[0].Scores, rows[4].Scores);
        Assert.Null(trial.NoteOn(policy));
        InfLvgRecipe wider = RecipeReader.Parse<InfLvgRecipe>(Text.Replace("keep: 2", "keep: 3", StringComparison.Ordinal), "test");
        Assert.Contains(
            "was trained with sink=1, keep=2, recent=1, scene=6, and is tried with the recipe's sink=1, keep=3",
            new InfLvgTrial(wider, InfLvgParts.Load(model, wider), rewards, scripts).NoteOn(policy),
            StringComparison.Ordinal);
        Assert.Equal(rows[0].Mean(0).Mean - rows[1].Mean(0).Mean, rows[0].Minus(rows[1], 0).Mean, 1e-12);
        TinyTeacher.Write(Model, seed: 9);
        using ModelFolder other = ModelFolder.Open(Model);
        Assert.Contains("with other weights", Assert.Throws<ArgumentException>(
            () => new InfLvgTrial(recipe, InfLvgParts.Load(other, recipe), rewards, scripts).Run(new Compute(_backend), policy, 1, 0)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("group_size: 1", "'group_size' must be at least 2")]
    [InlineData("scenes: 1", "'scenes' must be at least 2")]
    [InlineData("keep: 4", "'keep' must be at least 1 and smaller than the 4 frames")]
    [InlineData("rollout_frames: 7", "'rollout_frames' must be between 1 and scene_frames")]
    [InlineData("rollout_frames: 4", "'rollout_frames' is 4; it must be a multiple of the model's chunks of 3")]
    [InlineData("history_frames: 7", "'history_frames' must be between 0 and scene_frames")]
    [InlineData("key_layer: 2", "'key_layer' is 2; the model has blocks 0 to 1")]
    [InlineData("clip_low: 1", "'clip_low' must be in [0, 1)")]
    [InlineData("clip_high: -1", "'clip_high' must be at least 0")]
    [InlineData("rewards: {jumps: 1}", "optimises jumps, which can only be held out")]
    [InlineData("kl_weight: -1", "'kl_weight' must be at least 0")]
    [InlineData("prompts: a.txt", "'prompts and held_out_prompts' must be given both")]
    [InlineData("prompts: a.txt\nheld_out_prompts: b.txt\ncaptions: Pronoun", "'captions' must be Full with prompts from files")]
    [InlineData("subject_tokens: 0", "'subject_tokens' must be at least 1")]
    public void Wrong_recipes_are_refused_by_name(string line, string message)
    {
        string name = line.Split(':')[0];
        string text = string.Join('\n', Text.Split('\n').Where(l => !l.StartsWith(name + ":", StringComparison.Ordinal))) + "\n" + line + "\n";
        Assert.Contains(message, Assert.Throws<RecipeException>(() => Run("bad", text)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("bad")));
    }

    [Fact]
    public void Policies_to_start_from_must_fit()
    {
        Assert.True(Run("first", Text + "steps: 1\n"));
        string policy = _folder.File("first/policy.safetensors");
        Assert.True(Run("second", Text + $"steps: 1\nstart_from: {policy}\n"));
        Assert.Contains(
            "There is no policy",
            Assert.Throws<CheckpointException>(() => Run("none", Text + "start_from: nowhere.safetensors\n")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "of other sizes than the recipe's",
            Assert.Throws<RecipeException>(() => Run("deep", Text + $"depth: 2\nstart_from: {policy}\n")).Message,
            StringComparison.Ordinal);
        TinyTeacher.Write(Model, seed: 9);
        Assert.Contains(
            "was trained for another model",
            Assert.Throws<RecipeException>(() => Run("other", Text + $"start_from: {policy}\n")).Message,
            StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    private static unsafe byte[] Bytes(Tensor t) => new ReadOnlySpan<byte>(t.Pointer, (int)t.Bytes).ToArray();

    private static InfLvgPolicyConfig Config() => InfLvgPolicyConfig.For(TinyTeacher.Config, 4) with { Text = PolicyText.Both };

    private Dictionary<string, byte[]> Read(string run)
    {
        using SafetensorsFile file = SafetensorsFile.Open(_folder.File(Path.Combine(run, "checkpoint.safetensors")));
        return file.Tensors.ToDictionary(t => t.Name, t =>
        {
            using Tensor tensor = TensorScope.Detach(file.Load(t.Name));
            return Bytes(tensor);
        });
    }

    private bool Run(string run, string text, bool resume = false, int mostSteps = int.MaxValue, CpuBackend? backend = null)
    {
        string recipe = _folder.File("recipe.yaml", text);
        return TrainingJob.InfLvg(
            new Compute(backend ?? _backend),
            new TrainingJobOptions { Recipe = recipe, Output = _folder.File(run), Resume = resume, MostSteps = mostSteps },
            CancellationToken.None);
    }
}
