using LongTake.Generation.Cache;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Context;

/// <summary>What every context policy has to hold to. Source: kv-cache-strategies.md 9.</summary>
public class ContextConformanceTests
{
    /// <summary>Preset with settings, and chunks of 3 that fit in its window.</summary>
    public static TheoryData<string, int> Windows => new()
    {
        { "sliding-window", 7 },
        { "self-forcing", 7 },
        { "longlive", 4 },
        { "longlive-infinity", 4 },
        { "infinity-rope", 2 },
        { "streaming-llm", 7 },
        { "deep-sink", 7 },
        { "deep-forcing", 7 },
        { "reward-forcing", 3 },
        { "memrope", 4 },
        { "memrope:average=position", 4 },
        { "memflow:entry=leaving", 4 },
        { "memflow:entry=leaving,positions=relative", 4 },
        { "inflvg:scene=12", 7 },
    };

    /// <summary>Preset with settings, and its sink.</summary>
    public static TheoryData<string, int> Sinks => new()
    {
        { "longlive", 3 },
        { "longlive-infinity", 3 },
        { "infinity-rope", 1 },
        { "streaming-llm", 4 },
        { "deep-sink", 10 },
        { "deep-forcing", 10 },
        { "memrope", 3 },
        { "memflow", 3 },
        { "reward-forcing:decay=1", 3 },
        { "inflvg:scene=6", 1 },
    };

    public static TheoryData<string> Bounded =>
    [
        "longlive-infinity", "infinity-rope", "streaming-llm", "deep-sink", "deep-forcing", "reward-forcing", "memrope", "memflow:positions=relative",
        "inflvg:scene=6,positions=relative",
    ];

    public static TheoryData<string> Fresh =>
    [
        "streaming-llm", "deep-sink", "deep-forcing", "reward-forcing", "memrope", "memrope:average=position", "memflow", "memflow:entry=leaving",
    ];

    public static TheoryData<string, int, bool> Snapshots
    {
        get
        {
            TheoryData<string, int, bool> data = [];
            foreach (string preset in (string[])
            [
                "streaming-llm", "deep-forcing", "reward-forcing", "memrope", "memflow", "memflow:entry=leaving", "inflvg:choose=random,scene=6,sink=3",
            ])
            {
                foreach (int stop in (int[])[1, 7, 8, 11])
                {
                    data.Add(preset, stop, stop == 8);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void A_video_no_longer_than_the_window_is_full_context(string preset, int chunks)
    {
        using TinyModel model = new();
        float[][] full = model.Run(MethodPresets.Create("full"), chunks + 3);
        float[][] latents = model.Run(Method(preset), chunks + 3);
        Assert.Equal(full[..chunks], latents[..chunks]);
        Assert.NotEqual(full[^1], latents[^1]);
    }

    [Fact]
    public void A_recorded_frame_of_memflow_is_seen_twice_as_in_the_reference()
    {
        using TinyModel model = new();
        float[][] full = model.Run(MethodPresets.Create("full"), 2);
        float[][] latents = model.Run(MethodPresets.Create("memflow"), 2);
        Assert.Equal(full[0], latents[0]);
        Assert.NotEqual(full[1], latents[1]);
    }

    [Theory]
    [MemberData(nameof(Sinks))]
    public void The_sink_keeps_its_bytes(string preset, int sink)
    {
        using TinyModel model = new();
        float[]? first = null;
        model.Run(Method(preset), 16, beforeChunk: g =>
        {
            if (g.NextFrame >= 12)
            {
                float[] held = [.. Enumerable.Range(0, 2).SelectMany(layer => Rows(g.Cache.Keys(layer), g.Cache, sink).Concat(Rows(g.Cache.Values(layer), g.Cache, sink)))];
                first ??= held;
                Assert.Equal(first, held);
            }
        });
        Assert.NotNull(first);
    }

    [Theory]
    [MemberData(nameof(Bounded))]
    public void Positions_stay_in_range(string preset)
    {
        using TinyModel model = new();
        int capacity = 0;
        model.Run(Method(preset), 24, beforeChunk: g =>
        {
            capacity = g.Cache.Capacity;
            Assert.Equal(Enumerable.Range(0, g.Cache.Frames.Length).Select(i => (double)i), g.Cache.KeyPositions.ToArray());
            Assert.True(g.Cache.AttendedTokens <= capacity * 4);
        });
        Assert.InRange(capacity, 6, 21);
    }

    /// <summary>Slots not in use, and where whole frames simply go, those that the next chunk evicts.</summary>
    [Theory]
    [InlineData("streaming-llm", 4)]
    [InlineData("deep-sink", 10)]
    [InlineData("deep-forcing", null)]
    [InlineData("reward-forcing", null)]
    [InlineData("memrope", null)]
    [InlineData("memflow", null)]
    [InlineData("memflow:entry=leaving", null)]
    [InlineData("inflvg:scene=6", 1)]
    public void Nothing_attends_to_evicted_slots(string preset, int? evictsFrom)
    {
        using TinyModel model = new();
        float[][] clean = model.Run(Method(preset), 14);
        float[][] poisoned = model.Run(Method(preset), 14, beforeChunk: g =>
        {
            int held = g.Cache.Frames.Length;
            int evicted = Math.Max(0, held + TinyModel.Chunk - g.Cache.Capacity);
            for (int layer = 0; layer < 2; layer++)
            {
                ChunkGeneratorTests.Poison(g.Cache, layer, held, g.Cache.Capacity - held);
                if (evictsFrom is int first)
                {
                    ChunkGeneratorTests.Poison(g.Cache, layer, first, evicted);
                }
            }
        });
        Assert.Equal(clean, poisoned);
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void A_restored_run_goes_on_as_if_it_had_never_stopped(string preset, int stopAt, bool guided)
    {
        const int Chunks = 13;
        const int Switch = 10;
        SamplerOptions sampler = guided ? new() { Kind = SamplerKind.Euler, Steps = 2, Guidance = 2 } : TinyModel.TwoSteps;
        DType type = preset.StartsWith("deep", StringComparison.Ordinal) || preset.StartsWith("memflow", StringComparison.Ordinal) ? DType.BF16 : DType.F32;
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        Tensor? negative = guided ? TinyModel.Prompt(9) : null;
        using GenerationState state = new();
        List<float[]> expected = [];
        using (ChunkGenerator generator = model.Generator(Method(preset), sampler, cacheType: type))
        {
            generator.SetPrompt(TinyModel.Prompt(0), negative);
            for (int chunk = 0; chunk < Chunks; chunk++)
            {
                if (chunk == Switch)
                {
                    generator.SetPrompt(TinyModel.Prompt(1), negative);
                }
                expected.Add(generator.Next().Span.ToArray());
                if (chunk + 1 == stopAt)
                {
                    generator.Save(state);
                }
            }
        }
        using ChunkGenerator resumed = model.Generator(Method(preset), sampler, cacheType: type);
        resumed.Restore(state);
        resumed.ResumePrompt(TinyModel.Prompt(stopAt > Switch ? 1 : 0), negative);
        for (int chunk = stopAt; chunk < Chunks; chunk++)
        {
            if (chunk == Switch)
            {
                resumed.SetPrompt(TinyModel.Prompt(1), negative);
            }
            Assert.Equal(expected[chunk], resumed.Next().Span.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Fresh))]
    public void Samples_of_a_batch_choose_and_remember_for_themselves(string preset)
    {
        const int Chunks = 11;
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        float[][] alone = model.Run(Method(preset), Chunks);
        using ChunkGenerator generator = model.Generator(Method(preset), batch: 2);
        Tensor prompts = Tensor.Empty([2, 4, TinyModel.Config.TextDim]);
        TinyModel.Prompt(0).Span.CopyTo(prompts.Span);
        TinyModel.Prompt(3).Span.CopyTo(prompts.Row(1).Span);
        generator.SetPrompt(prompts);
        for (int c = 0; c < Chunks; c++)
        {
            Tensor both = generator.Next();
            for (int i = 0; i < alone[c].Length; i++)
            {
                Assert.Equal(alone[c][i], both.Span[i], 5e-3f);
            }
        }
    }

    [Theory]
    [InlineData("streaming-llm", 4, "ffff")]
    [InlineData("deep-sink", 10, "ffffffffff")]
    [InlineData("deep-forcing", 10, "ffffffffff")]
    [InlineData("reward-forcing", 3, "mmm")]
    [InlineData("memrope", 3, "fff")]
    [InlineData("memflow:positions=relative", 3, "fff")]
    public void Flushing_leaves_sink_and_two_newest_frames(string preset, int sink, string roles)
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(Method(preset + (preset.Contains(':') ? "," : ":") + "prompt-change=flush"));
        generator.SetPrompt(TinyModel.Prompt(0));
        for (int i = 0; i < 12; i++)
        {
            generator.Next();
        }
        generator.SetPrompt(TinyModel.Prompt(1));
        CachedFrame[] frames = generator.Cache.Frames.ToArray();
        Assert.Equal(roles + "ff", string.Concat(frames.Select(f => f.Role == FrameRole.Merged ? 'm' : f.Role == FrameRole.Chosen ? 'c' : 'f')));
        Assert.Equal([.. Enumerable.Range(0, sink).Select(i => (long)i), 34, 35], frames.Select(f => f.Index));
        generator.Next();
        Assert.Equal(Enumerable.Range(0, generator.Cache.Frames.Length).Select(i => (double)i), generator.Cache.KeyPositions.ToArray());
        for (int i = 0; i < 12; i++)
        {
            Assert.All(generator.Next().Span.ToArray(), x => Assert.True(float.IsFinite(x)));
        }
    }

    [Theory]
    [InlineData("streaming-llm")]
    [InlineData("deep-sink")]
    [InlineData("deep-forcing")]
    [InlineData("reward-forcing")]
    [InlineData("memrope")]
    [InlineData("memflow")]
    public void Recomputing_at_a_new_prompt_leaves_sinks_averages_and_chosen_tokens(string preset)
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(Method(preset + ":prompt-change=recache"));
        generator.SetPrompt(TinyModel.Prompt(0));
        for (int i = 0; i < 12; i++)
        {
            generator.Next();
        }
        KeyValueCache cache = generator.Cache;
        CachedFrame[] frames = cache.Frames.ToArray();
        float[] before = cache.Keys(1).Span.ToArray();
        long calls = generator.NetworkCalls;
        generator.SetPrompt(TinyModel.Prompt(1));
        Assert.Equal(calls + 1, generator.NetworkCalls);
        Assert.Equal(frames, cache.Frames.ToArray());
        int frame = before.Length / cache.Capacity;
        for (int slot = 0; slot < frames.Length; slot++)
        {
            bool changed = !before.AsSpan(slot * frame, frame).SequenceEqual(cache.Keys(1).Span.Slice(slot * frame, frame));
            bool isRecent = frames[slot].Role == FrameRole.Frame && frames[slot].Index > 18;
            Assert.Equal(isRecent, changed);
        }
        generator.Next();
    }

    private static StreamingMethod Method(string preset)
    {
        string[] parts = preset.Split(':');
        Dictionary<string, string> settings = parts.Length == 1 ? [] : parts[1].Split(',').Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
        return MethodPresets.Create(parts[0], settings);
    }

    private static float[] Rows(Tensor pool, KeyValueCache cache, int frames) => pool.Span[..(int)(pool.Count / cache.Capacity * frames)].ToArray();
}
