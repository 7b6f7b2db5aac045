using LongTake.Generation.Cache;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Methods.InfLvg;

/// <summary>The method with a policy of random weights, told stories by the tiny model.</summary>
[Collection(AloneCollection.Name)]
public sealed class InfLvgGenerationTests : IClassFixture<PolicyFixture>
{
    private const string Text = "a\n[3c] b\n[6c] c\n[9c] d\n[end 11c]";

    private readonly PolicyFixture _policies;

    public InfLvgGenerationTests(PolicyFixture policies) => _policies = policies;

    [Fact]
    public void A_story_is_the_same_for_any_number_of_threads()
    {
        StreamingMethod method = PolicyFixture.Method(_policies.Write(PolicyFixture.Config with { Text = PolicyText.Both }));
        float[][] one = Tell(1, method);
        Assert.Equal(one, Tell(3, method));
        Assert.NotEqual(one[3], Tell(1, PolicyFixture.Method("", "choose=random"))[3]);
        Assert.Equal(one[..3], Tell(1, PolicyFixture.Method("", "choose=recent"))[..3]);
    }

    /// <summary>The release's way: as reproducible as the highest scores, but another context, and another one for another seed.</summary>
    [Fact]
    public void A_draw_of_the_policy_depends_on_the_seed_and_on_nothing_else()
    {
        string path = _policies.Write();
        StreamingMethod drawn = PolicyFixture.Method(path, "choose=drawn");
        float[][] one = Tell(1, drawn);
        Assert.Equal(one, Tell(3, drawn));
        float[][] best = Tell(1, PolicyFixture.Method(path));
        Assert.Equal(best[..3], one[..3]);
        Assert.NotEqual(best[3], one[3]);
        Assert.NotEqual(Tell(1, PolicyFixture.Method("", "choose=random"))[3], one[3]);

        InfLvgPolicyFile file = InfLvgPolicyFile.Open(path);
        using LearnedChoice first = new(file, 1), same = new(file, 1), second = new(file, 2), highest = new(file);
        Assert.Equal(first.Identity, same.Identity);
        Assert.Equal(3, new HashSet<string> { first.Identity, second.Identity, highest.Identity }.Count);
        Assert.Contains("needs a policy", PolicyFixture.Method("", "choose=drawn").CannotTell(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PolicyText.Subject, 0)]
    [InlineData(PolicyText.Prompt, 0)]
    [InlineData(PolicyText.Both, 3)]
    public void The_tokens_kept_are_those_with_the_largest_scores(PolicyText text, int transitions)
    {
        InfLvgPolicyConfig config = PolicyFixture.Config with { Text = text, Transitions = transitions };
        string path = _policies.Write(config);
        using TinyModel model = new();
        using ParameterStore weights = InfLvgPolicyFile.Open(path).Load();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(PolicyFixture.Method(path));
        generator.SetPrompt(TinyModel.Prompt(0));
        Run(generator, 4);
        generator.SetPrompt(TinyModel.Prompt(1));
        Run(generator, 2);
        KeyValueCache cache = generator.Cache;

        // What the second change chooses from: slot 0 is the sink, the newest two frames stay.
        Tensor keys = cache.RotatedKeys(config.KeyLayer, 0, 1, cache.Frames.Length - 3);
        using TextContext first = model.Transformer.PrepareText(model.Compute, TinyModel.Prompt(0));
        using TextContext next = model.Transformer.PrepareText(model.Compute, TinyModel.Prompt(2));
        float[] told = text switch
        {
            PolicyText.Subject => first.Tokens.Row(0).Rows(0, 2).Span.ToArray(),
            PolicyText.Prompt => next.Tokens.Row(0).Rows(0, 4).Span.ToArray(),
            _ => [.. first.Tokens.Row(0).Rows(0, 2).Span, .. next.Tokens.Row(0).Rows(0, 4).Span],
        };
        Tensor words = Tensor.From(told, [told.Length / TinyModel.Config.Dim, TinyModel.Config.Dim]);
        float[] scores = new InfLvgPolicy(config, weights, 2).Score(model.Compute, keys, words).Span.ToArray();
        int[] best = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(8).Order()];
        (long, int)[] places = [.. Places(cache).Where((_, i) => i >= 4 && i < 4 + scores.Length)];
        generator.SetPrompt(TinyModel.Prompt(2));
        generator.Next();
        for (int layer = 0; layer < 2; layer++)
        {
            Assert.Equal(best.Select(i => places[i]), cache.ChosenOrigins(layer, 0).ToArray().Zip(cache.ChosenCells(layer, 0).ToArray()));
        }
        Assert.Equal(2, cache.Frames.ToArray().Count(x => x.Role == FrameRole.Chosen));
    }

    [Fact]
    public void With_guidance_both_prompts_see_the_same_tokens()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        SamplerOptions sampler = new() { Kind = SamplerKind.Euler, Steps = 2, Guidance = 2 };
        using ChunkGenerator generator = model.Generator(PolicyFixture.Method(_policies.Write()), sampler);
        generator.SetPrompt(TinyModel.Prompt(0), TinyModel.Prompt(9));
        Run(generator, 4);
        generator.SetPrompt(TinyModel.Prompt(1), TinyModel.Prompt(9));
        Run(generator, 1);
        Assert.Equal(generator.Cache.ChosenOrigins(1, 0).ToArray(), generator.Cache.ChosenOrigins(1, 1).ToArray());
        Assert.Equal(generator.Cache.ChosenCells(0, 0).ToArray(), generator.Cache.ChosenCells(0, 1).ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_run_is_taken_up_anywhere(int stopAt)
    {
        string path = _policies.Write(PolicyFixture.Config with { Text = PolicyText.Both });
        float[][] whole = Tell(2, PolicyFixture.Method(path));
        string file = _policies.At($"state-{stopAt}.safetensors");
        using TinyModel model = new(2);
        using (StreamingGenerator first = Make(model, PolicyFixture.Method(path)))
        {
            for (int i = 0; i < stopAt; i++)
            {
                first.Next()!.Dispose();
            }
            using GenerationState state = first.Save();
            state.Save(file);
        }
        using GenerationState saved = GenerationState.Load(file);
        using (StreamingGenerator second = Make(model, PolicyFixture.Method(path)))
        {
            second.Restore(saved);
            for (int i = stopAt; i < whole.Length; i++)
            {
                using VideoChunk chunk = second.Next()!;
                Assert.Equal(whole[i], chunk.Latents.Span.ToArray());
            }
        }

        // The same path with another policy in it.
        File.Copy(_policies.Write(PolicyFixture.Config with { Text = PolicyText.Both }, seed: 4), path, overwrite: true);
        using StreamingGenerator other = Make(model, PolicyFixture.Method(path));
        Assert.Contains("chose its context by policy", Assert.Throws<CheckpointException>(() => other.Restore(saved)).Message);
    }

    /// <summary>Branches of one history: as many as wanted, each as if the others had not been.</summary>
    [Fact]
    public void Branches_start_from_one_snapshot()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(PolicyFixture.Method("", "choose=random"));
        generator.SetPrompt(TinyModel.Prompt(0));
        Run(generator, 4);
        using GenerationState history = generator.Snapshot();
        float[] first = Branch();
        Assert.Equal(first, Branch());

        float[] Branch()
        {
            generator.Rewind(history, TinyModel.Prompt(0));
            generator.SetPrompt(TinyModel.Prompt(1));
            generator.Next();
            return generator.Next().Span.ToArray();
        }
    }

    [Fact]
    public void Memory_and_work_do_not_grow_with_the_number_of_scenes()
    {
        using TinyModel model = new();
        Tensor[] prompts = [.. Enumerable.Range(0, 3).Select(i => TensorScope.Detach(TinyModel.Prompt(i)))];
        using ChunkGenerator generator = model.Generator(PolicyFixture.Method(_policies.Write()), new SamplerOptions { StepList = [1000] });
        long inUse = 0;
        double attended = 0;
        for (int scene = 0; scene < 100; scene++)
        {
            generator.SetPrompt(prompts[scene % 3]);
            for (int i = 0; i < 4; i++)
            {
                generator.Next().Dispose();
            }
            if (scene == 5)
            {
                (inUse, attended) = (NativeMemoryPool.Shared.BytesInUse, generator.Cache.AttendedTokens);
            }
            if (scene > 5)
            {
                Assert.Equal(inUse, NativeMemoryPool.Shared.BytesInUse);
                Assert.Equal(attended, generator.Cache.AttendedTokens);
            }
        }
        Array.ForEach(prompts, p => p.Dispose());
    }

    [Fact]
    public void Stories_that_cannot_be_told_are_refused_before_the_start()
    {
        using TinyModel model = new();
        Assert.Contains(
            "needs a policy for a story of 4 scenes: name the policy's file (policy=...)",
            Assert.Throws<ArgumentException>(() => Make(model, MethodPresets.Create("inflvg"))).Message);
        Assert.Contains(
            "has networks for 2 changes of scene, and the story has 3",
            Assert.Throws<ArgumentException>(() => Make(model, PolicyFixture.Method(_policies.Write(PolicyFixture.Config with { Transitions = 2 })))).Message);
        using (ChunkGenerator generator = model.Generator(MethodPresets.Create("inflvg", new Dictionary<string, string> { ["keep"] = "1" })))
        {
            using TensorScope scope = TensorScope.Open();
            generator.SetPrompt(TinyModel.Prompt(0));
            Run(generator, 4);
            Assert.Contains("needs a policy where a scene changes", Assert.Throws<InvalidOperationException>(
                () => generator.SetPrompt(TinyModel.Prompt(1))).Message);
        }
        using StreamingGenerator single = Make(model, MethodPresets.Create("inflvg"), "a\n[end 2c]");
        single.Next()!.Dispose();
    }

    [Fact]
    public void Scenes_may_say_themselves_what_becomes_of_the_context()
    {
        using TinyModel model = new();
        StreamingMethod method = PolicyFixture.Method("", "choose=random");
        foreach ((string mode, int chosen) in ((string, int)[])[("keep", 0), ("blend 2c", 0), ("flush", 0), ("recache", 0)])
        {
            using StreamingGenerator generator = Make(model, method, $"a\n[4c, {mode}] b\n[end 6c]");
            for (int i = 0; i < 6; i++)
            {
                generator.Next()!.Dispose();
            }
            Assert.Equal(chosen, generator.Latents.Cache.Frames.ToArray().Count(f => f.Role == FrameRole.Chosen));
        }
    }

    private static void Run(ChunkGenerator generator, int chunks)
    {
        for (int i = 0; i < chunks; i++)
        {
            generator.Next();
        }
    }

    /// <summary>Frame and cell of everything held, as layer 0 has it.</summary>
    private static IEnumerable<(long, int)> Places(KeyValueCache cache)
    {
        int chosen = 0;
        CachedFrame[] frames = cache.Frames.ToArray();
        long[] origins = cache.ChosenOrigins(0, 0).ToArray();
        int[] cells = cache.ChosenCells(0, 0).ToArray();
        foreach (CachedFrame frame in frames)
        {
            for (int t = 0; t < 4; t++)
            {
                yield return frame.Role == FrameRole.Chosen ? (origins[chosen], cells[chosen++]) : (frame.Index, t);
            }
        }
    }

    private static StreamingGenerator Make(TinyModel model, StreamingMethod method, string text = Text) => new(
        model.Compute,
        model.Transformer,
        null,
        new HashedPrompts(),
        StoryReader.Parse(text),
        new GenerationOptions { Method = method, Sampler = TinyModel.TwoSteps, Height = 32, Width = 32, Seed = 5, Decode = false });

    private static float[][] Tell(int threads, StreamingMethod method)
    {
        using TinyModel model = new(threads);
        using StreamingGenerator generator = Make(model, method);
        List<float[]> result = [];
        while (generator.Next() is VideoChunk chunk)
        {
            using (chunk)
            {
                result.Add(chunk.Latents.Span.ToArray());
            }
        }
        return [.. result];
    }
}
