using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Methods;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Tests.Streaming;

/// <summary>What scenes that say themselves how they take over do to a run.</summary>
public sealed class SceneChangeRunTests : IDisposable
{
    private readonly TinyModel _model = new(2);

    [Fact]
    public void A_blend_goes_from_one_prompt_to_the_other_in_equal_steps()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor a = TinyModel.Prompt(0, tokens: 2);
        Tensor b = TinyModel.Prompt(1, tokens: 4);
        Tensor mixed = PromptBlend.Between(a, b, 0.25);
        Assert.Equal([1, 4, TinyModel.Config.TextDim], mixed.Shape);
        for (int i = 0; i < mixed.Count; i++)
        {
            // The shorter one counts as padded with zeros, as the network pads it.
            float first = i < a.Count ? a.Span[i] : 0;
            Assert.Equal((0.75f * first) + (0.25f * b.Span[i]), mixed.Span[i], 1e-6f);
        }

        // Padding before or after blending is the same to the network.
        WanTransformer network = _model.Transformer;
        Tensor padded = Tensor.Zeros([1, TinyModel.Config.TextLength, TinyModel.Config.TextDim]);
        mixed.Span.CopyTo(padded.Span);
        using TextContext one = network.PrepareText(_model.Compute, mixed);
        using TextContext other = network.PrepareText(_model.Compute, padded);
        Assert.Equal(one.Tokens.Span.ToArray(), other.Tokens.Span.ToArray());
        Assert.Contains("differ in batch or width", Assert.Throws<ArgumentException>(() => PromptBlend.Between(a, Tensor.Zeros([1, 2, 3]), 0.5)).Message);
    }

    [Theory]
    [InlineData("longlive")]
    [InlineData("infinity-rope")]
    [InlineData("full")]
    public void A_blend_is_its_steps_set_by_hand_and_leaves_the_context(string preset)
    {
        StreamingMethod method = MethodPresets.Create(preset);
        float[][] told = Tell(method, "a\n[3c, blend 3c] b\n[end 8c]", 8);

        using TensorScope scope = TensorScope.Open();
        Tensor[] prompts = new HashedPrompts().Encode(_model.Compute, ["a", "b"]);
        using ChunkGenerator generator = _model.Generator(method, seed: 5, totalFrames: 8 * TinyModel.Chunk);
        generator.SetPrompt(prompts[0]);
        for (int i = 0; i < 8; i++)
        {
            long calls = generator.NetworkCalls;
            if (i is 3 or 4)
            {
                generator.SetPrompt(PromptBlend.Between(prompts[0], prompts[1], (i - 2) / 3.0), null, SceneChangeKind.Keep);
            }
            else if (i == 5)
            {
                generator.SetPrompt(prompts[1], null, SceneChangeKind.Keep);
            }
            Assert.Equal(calls, generator.NetworkCalls);
            Assert.Equal(generator.Next().Span.ToArray(), told[i]);
        }
    }

    [Fact]
    public void A_blend_over_one_chunk_is_keeping()
    {
        StreamingMethod method = MethodPresets.Create("longlive");
        Assert.Equal(Tell(method, "a\n[2c, keep] b\n[end 5c]", 5), Tell(method, "a\n[2c, blend 1c] b\n[end 5c]", 5));
    }

    [Theory]
    [InlineData("sliding-window", "keep")]
    [InlineData("longlive", "recache")]
    [InlineData("longlive-infinity", "recache")]
    [InlineData("infinity-rope", "flush")]
    public void The_method_s_own_way_may_be_said(string preset, string mode)
    {
        // In a window of 6, infinity-rope forgets what it would drop for the next chunk anyway.
        StreamingMethod method = MethodPresets.Create(preset, new Dictionary<string, string> { ["window"] = "12" });
        float[][] silent = Tell(method, "a\n[5c] b\n[end 8c]", 8);
        Assert.Equal(silent, Tell(method, $"a\n[5c, {mode}] b\n[end 8c]", 8));
        foreach (string other in (string[])["keep", "recache", "flush", "blend 2c"])
        {
            float[][] told = Tell(method, $"a\n[5c, {other}] b\n[end 8c]", 8);
            Assert.Equal(silent[..5], told[..5]);
            Assert.Equal(other == mode, silent[7].AsSpan().SequenceEqual(told[7]));
        }
    }

    [Fact]
    public void Full_context_can_be_recomputed_and_forgotten()
    {
        StreamingMethod full = MethodPresets.Create("full");
        float[][] kept = Tell(full, "a\n[2c, keep] b\n[end 4c]", 4);
        Assert.NotEqual(kept[2], Tell(full, "a\n[2c, recache] b\n[end 4c]", 4)[2]);
        Assert.NotEqual(kept[2], Tell(full, "a\n[2c, flush] b\n[end 4c]", 4)[2]);
    }

    /// <summary>A scene's wish is what the setting of that name does, also where the context is more than a window.</summary>
    [Theory]
    [InlineData("reward-forcing", "recache")]
    [InlineData("reward-forcing", "flush")]
    [InlineData("memrope", "recache")]
    [InlineData("memrope", "flush")]
    [InlineData("deep-forcing", "recache")]
    [InlineData("deep-forcing", "flush")]
    [InlineData("memflow", "recache")]
    [InlineData("memflow", "flush")]
    [InlineData("flex", "recache")]
    [InlineData("flex", "flush")]
    public void Averages_chosen_tokens_and_banks_change_scenes_too(string preset, string mode)
    {
        StreamingMethod keeping = MethodPresets.Create(preset, new Dictionary<string, string> { ["prompt-change"] = "keep" });
        StreamingMethod changing = MethodPresets.Create(preset, new Dictionary<string, string> { ["prompt-change"] = mode });
        float[][] asked = Tell(keeping, $"a\n[9c, {mode}] b\n[end 11c]", 11);
        Assert.Equal(Tell(changing, "a\n[9c] b\n[end 11c]", 11), asked);
        Assert.NotEqual(Tell(keeping, "a\n[9c] b\n[end 11c]", 11)[9], asked[9]);
    }

    /// <summary>The old sink gives way to the new scene, so it is neither spared nor kept.</summary>
    [Fact]
    public void A_sink_that_moves_is_computed_anew_or_forgotten_with_the_rest()
    {
        StreamingMethod moving = MethodPresets.Create("flex", new Dictionary<string, string> { ["reset-sink"] = "on", ["window"] = "12" });
        using TensorScope scope = TensorScope.Open();
        foreach (SceneChangeKind kind in (SceneChangeKind[])[SceneChangeKind.Recache, SceneChangeKind.Flush])
        {
            using ChunkGenerator generator = _model.Generator(moving);
            generator.SetPrompt(TinyModel.Prompt(0));
            for (int i = 0; i < 6; i++)
            {
                generator.Next();
            }
            generator.SetPrompt(TinyModel.Prompt(1), null, kind);
            int held = kind == SceneChangeKind.Recache ? 12 : 2;
            Assert.Equal(Enumerable.Range(18 - held, held).Select(i => (long)i), generator.Cache.Frames.ToArray().Select(f => f.Index));
            for (int i = 0; i < 6; i++)
            {
                generator.Next();
            }
            Assert.Equal([18L, 19, 20], generator.Cache.Frames[..3].ToArray().Select(f => f.Index));
        }
    }

    [Fact]
    public void What_is_refused_says_why()
    {
        Assert.Contains(
            "which the method 'rolling-forcing' cannot do: the buffer in one call would reach beyond what the model attends to",
            Assert.Throws<ArgumentException>(() => Make("a\n[3c, recache] b", Options(MethodPresets.Create("rolling-forcing")))).Message);
        Assert.Contains(
            "line 2: Scene 2 asks for 'flush', which the method 'rolling-sink' cannot do: the first window comes round for ever",
            Assert.Throws<ArgumentException>(() => Make("a\n[3c, flush] b", Options(MethodPresets.Create("rolling-sink")))).Message);
        StreamingMethod silent = MethodPresets.Create("full") with { Context = _ => new SilentContext() };
        Assert.Contains(
            "cannot do: SilentContext does not say how; leave 'flush' out or use keep",
            Assert.Throws<ArgumentException>(() => Make("a\n[3c, flush] b", Options(silent))).Message);
    }

    [Theory]
    [InlineData("longlive", 3)]
    [InlineData("longlive", 4)]
    [InlineData("longlive", 5)]
    [InlineData("longlive", 7)]
    [InlineData("infinity-rope", 4)]
    public void A_run_is_taken_up_in_the_middle_of_a_blend(string preset, int stopAt)
    {
        const string Text = "a\n[3c, blend 4c] b\n[8c, recache] c\n[end 10c]";
        GenerationOptions options = Options(MethodPresets.Create(preset));
        float[][] whole = Tell(options.Method, Text, 10);
        string path = Path.Combine(Path.GetTempPath(), $"longtake-state-{Guid.NewGuid():N}.safetensors");
        try
        {
            using (StreamingGenerator first = Make(Text, options))
            {
                for (int i = 0; i < stopAt; i++)
                {
                    first.Next()!.Dispose();
                }
                using GenerationState state = first.Save();
                state.Save(path);
            }
            using StreamingGenerator second = Make(Text, options);
            using GenerationState saved = GenerationState.Load(path);
            second.Restore(saved);
            for (int i = stopAt; i < whole.Length; i++)
            {
                using VideoChunk chunk = second.Next()!;
                Assert.Equal(whole[i], chunk.Latents.Span.ToArray());
            }
            if (stopAt > 3)
            {
                using StreamingGenerator other = Make(Text.Replace("4c", "5c", StringComparison.Ordinal), options);
                Assert.Contains(
                    "starts at chunk 3, blend over 4 chunks, not chunk 3, blend over 5 chunks",
                    Assert.Throws<CheckpointException>(() => other.Restore(saved)).Message);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_a_method_cannot_do_is_refused_with_the_line_before_the_start()
    {
        StreamingMethod special = MethodPresets.Create("longlive") with { SceneChange = (_, _) => SceneAnswer.Refuse("it forgets nothing") };
        Assert.Contains(
            "line 3: Scene 2 asks for 'flush', which the method 'longlive' cannot do: it forgets nothing; leave 'flush' out or use keep",
            Assert.Throws<ArgumentException>(() => Make("a\n\n[3c, flush] b", Options(special))).Message);
        Assert.Contains(
            "line 2: Scene 2 starts with a cut, which the method 'longlive' does not know",
            Assert.Throws<ArgumentException>(() => Make("a\n[3c, cut] b", Options(special))).Message);

        // Its own way it can do, and keeping anything can.
        Make("a\n[3c, recache] b\n[6c, keep] c\n[9c, blend 2c] d", Options(special)).Dispose();
        using ChunkGenerator generator = _model.Generator(special);
        using TensorScope scope = TensorScope.Open();
        Assert.Contains("cannot flush its context: it forgets nothing; keep it", Assert.Throws<ArgumentException>(
            () => generator.SetPrompt(TinyModel.Prompt(0), null, SceneChangeKind.Flush)).Message);
    }

    public void Dispose() => _model.Dispose();

    private sealed class SilentContext : IContextPolicy
    {
        public int Capacity => 100;

        public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
        {
        }
    }

    private static GenerationOptions Options(StreamingMethod method) =>
        new() { Method = method, Sampler = TinyModel.TwoSteps, Height = 32, Width = 32, Seed = 5, Decode = false };

    private StreamingGenerator Make(string text, GenerationOptions options) =>
        new(_model.Compute, _model.Transformer, null, new HashedPrompts(), StoryReader.Parse(text), options);

    private float[][] Tell(StreamingMethod method, string text, int chunks)
    {
        using StreamingGenerator generator = Make(text, Options(method));
        float[][] result = new float[chunks][];
        for (int i = 0; i < chunks; i++)
        {
            using VideoChunk chunk = generator.Next()!;
            result[i] = chunk.Latents.Span.ToArray();
        }
        Assert.Null(generator.Next());
        return result;
    }
}
