using LongTake.Generation.Cache;
using LongTake.Generation.Positions;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using static LongTake.Generation.Tests.Methods.FrequencyMethods;

namespace LongTake.Generation.Tests.Methods;

/// <summary>What the presets of frequencies and noise generate.</summary>
public class FrequencyGenerationTests
{
    /// <summary>Chunks of the trained length: 21 latent frames.</summary>
    private const int TrainedChunks = 7;

    /// <summary>
    /// Test 6 of flex.md 11 and test 1 of kv-cache-strategies.md 9: through the trained length a window of 21 is the base model, bit for bit,
    /// and what a method does is seen from the next chunk on.
    /// </summary>
    [Theory]
    [InlineData("flex:noise=iid", true)]
    [InlineData("flex:noise=iid+frm=far", true)]
    [InlineData("flex:noise=iid+frm=off+sink-position=adjacent", true)]
    [InlineData("flex:rho=0+sink=0+frm=off", false)]
    [InlineData("flex.rope", true)]
    [InlineData("flex.rope:frm=far", true)]
    [InlineData("flex.rope:r-lo=1", true)]
    [InlineData("flex.rope:r-lo=1+r-hi=32", true)]
    [InlineData("flex.noise:noise=iid", false)]
    [InlineData("flex.sink", true)]
    [InlineData("flex.sink:sink=6", true)]
    [InlineData("position-interpolation", true)]
    [InlineData("ntk", true)]
    [InlineData("yarn", true)]
    [InlineData("riflex", true)]
    [InlineData("lol:window=21+jitter=0", true)]
    [InlineData("sliding-window:sink=3+positions=adjacent", true)]
    [InlineData("sliding-window:positions=anchored+anchor=20", false)]
    public void Through_the_trained_length_latents_are_the_base_models(string text, bool differsLater)
    {
        using TinyModel model = new(2);
        float[][] plain = model.Run(Make("self-forcing"), TrainedChunks + 2);
        float[][] latents = model.Run(Make(text), TrainedChunks + 2);
        Assert.Equal(plain[..TrainedChunks], latents[..TrainedChunks]);
        if (differsLater)
        {
            Assert.NotEqual(plain[TrainedChunks + 1], latents[TrainedChunks + 1]);
        }
        else if (!text.Contains("anchored", StringComparison.Ordinal))
        {
            Assert.Equal(plain, latents);
        }
    }

    [Theory]
    [InlineData("flex")]
    [InlineData("flex.noise:noise=dual-ar")]
    [InlineData("flex.noise:noise=mirrored+noise-scope=chunk")]
    [InlineData("flex.rope:scale=fixed")]
    [InlineData("lol")]
    public void Exceptions_to_it_differ_from_the_first_chunk_on(string text)
    {
        using TinyModel model = new();
        Assert.NotEqual(model.Run(Make("self-forcing"), 8)[0], model.Run(Make(text), 8)[0]);
    }

    /// <summary>Parts that are asked for do something, and each something else.</summary>
    [Fact]
    public void Methods_differ_from_each_other()
    {
        using TinyModel model = new(2);

        // This model has two temporal pairs, a fast and a slow one; to modulate the slow one is to enlarge the base.
        string[] texts =
        [
            .. Names.Where(n => n != "ntk"),
            "flex:frm=far", "flex:jitter=0.8", "flex:renoise=same-law", "flex:noise-scope=chunk", "flex:noise-scope=decay", "flex:scale=fixed",
        ];
        float[][] last = [.. texts.Select(t => model.Run(Make(t), 9)[8])];
        for (int i = 0; i < last.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.False(last[i].AsSpan().SequenceEqual(last[j]), $"{texts[i]} and {texts[j]} generate the same.");
            }
        }
    }

    [Theory]
    [InlineData("flex")]
    [InlineData("flex:frm=far+jitter=0.8+renoise=same-law")]
    [InlineData("lol")]
    public void Beyond_the_window_the_number_of_threads_does_not_matter(string text)
    {
        using TinyModel one = new(1);
        using TinyModel three = new(3);
        float[][] expected = one.Run(Make(text), 10);
        Assert.Equal(expected, three.Run(Make(text), 10));
        Assert.Equal(expected, one.Run(Make(text), 10));
        Assert.NotEqual(expected, one.Run(Make(text), 10, seed: 2));
    }

    /// <summary>Test 2 of flex.md 11: a constant added to all positions changes nothing but rounding.</summary>
    [Theory]
    [InlineData("flex")]
    [InlineData("flex:jitter=0.8")]
    [InlineData("yarn")]
    [InlineData("ntk:scale=fixed")]
    public void Only_differences_of_positions_count(string text)
    {
        using TinyModel model = new();
        StreamingMethod method = Make(text);
        float[][] expected = model.Run(method, 9);
        float[][] shifted = model.Run(method with { Positions = _ => new Shifted(500) }, 9);
        for (int c = 0; c < 9; c++)
        {
            for (int i = 0; i < expected[c].Length; i++)
            {
                Assert.Equal(expected[c][i], shifted[c][i], 2e-3f);
            }
        }
    }

    /// <summary>Test 9 of flex.md 11 and test 4 of kv-cache-strategies.md 9.</summary>
    [Theory]
    [InlineData("flex:window=12")]
    [InlineData("flex:window=12+sink=4")]
    [InlineData("lol")]
    public void The_sink_never_changes_once_it_is_there(string text)
    {
        using TinyModel model = new();
        int sink = text.Contains("sink=4", StringComparison.Ordinal) ? 4 : 3;
        int final = (sink + TinyModel.Chunk - 1) / TinyModel.Chunk;
        float[]? first = null;
        model.Run(Make(text), 12, beforeChunk: g =>
        {
            if (g.NextFrame < final * TinyModel.Chunk)
            {
                return;
            }
            int size = sink * g.Cache.Layout.TokensPerFrame * g.Cache.Layout.Heads * g.Cache.Layout.HeadDim;
            List<float> held = [];
            for (int layer = 0; layer < g.Cache.Layout.Layers; layer++)
            {
                held.AddRange(g.Cache.Keys(layer).Span[..size]);
                held.AddRange(g.Cache.Values(layer).Span[..size]);
            }
            first ??= [.. held];
            Assert.Equal(first, held);
        });
        Assert.NotNull(first);
    }

    /// <summary>Test 10 of kv-cache-strategies.md 9, beyond the window and across a change of the prompt.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(10)]
    public void A_resumed_run_makes_the_latents_of_an_uninterrupted_one(int stopAt)
    {
        using TinyModel model = new(2);
        Story story = new([new Scene("first"), new Scene("second", StoryTime.Chunks(9))], StoryTime.Chunks(12));
        foreach (string text in (string[])
            [.. Names, "flex:renoise=same-law", "flex:noise=dual-ar", "flex:noise-scope=decay+scale=fixed+jitter=0.8", "flex:prompt-change=recache-all",
             "flex:window=12+reset-sink=on"])
        {
            GenerationOptions options = new() { Method = Make(text), Sampler = TinyModel.TwoSteps, Height = 32, Width = 32, Decode = false, Seed = 5 };
            using StreamingGenerator whole = new(model.Compute, model.Transformer, null, new HashedPrompts(), story, options);
            List<float[]> expected = [];
            GenerationState? state = null;
            while (whole.Next() is VideoChunk chunk)
            {
                expected.Add(chunk.Latents.Span.ToArray());
                chunk.Dispose();
                state = whole.Chunk == stopAt ? whole.Save() : state;
            }
            using StreamingGenerator resumed = new(model.Compute, model.Transformer, null, new HashedPrompts(), story, options);
            resumed.Restore(state!);
            state!.Dispose();
            for (int i = stopAt; i < 12; i++)
            {
                using VideoChunk chunk = resumed.Next()!;
                Assert.Equal(expected[i], chunk.Latents.Span.ToArray());
            }
        }
    }

    /// <summary>The clean pass and every denoising call see the same angles: tables are filled once a chunk.</summary>
    [Fact]
    public void Positions_and_frequencies_are_asked_once_a_chunk()
    {
        using TinyModel model = new();
        Shifted positions = new(0);
        model.Run(Make("flex") with { Positions = _ => positions }, 9);
        Assert.Equal(9, positions.Calls);
    }

    private sealed class Shifted(double by) : IPositionPolicy
    {
        private readonly AbsolutePositions _absolute = new();

        public int Calls { get; private set; }

        public void Place(in CacheCall call, Span<double> keys, Span<double> queries)
        {
            Calls++;
            _absolute.Place(call, keys, queries);
            foreach (ref double key in keys)
            {
                key += by;
            }
            foreach (ref double query in queries)
            {
                query += by;
            }
        }
    }
}
