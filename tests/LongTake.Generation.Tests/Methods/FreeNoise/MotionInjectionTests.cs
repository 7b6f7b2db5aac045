using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Methods.FreeNoise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Tests.Clips;
using LongTake.Generation.Tests.WholeVideos;

namespace LongTake.Generation.Tests.Methods.FreeNoise;

public class MotionInjectionTests
{
    private static readonly FreeNoiseOptions s_defaults = new();

    private static MotionInjection Published => new(s_defaults.PlainFrom, s_defaults.PlainTo, s_defaults.InjectedLayers);

    /// <summary>Source: fifo-and-sliding-window.md 4.3: steps below 5 and above 15 of 50.</summary>
    [Fact]
    public void Half_of_the_blocks_see_the_last_prompt_but_for_steps_5_to_15_of_50()
    {
        int[] layers = [.. Enumerable.Range(0, 50).Select(step => Published.LayersAt(step, 50, 30))];
        Assert.Equal([.. Enumerable.Repeat(15, 5), .. Enumerable.Repeat(0, 11), .. Enumerable.Repeat(15, 34)], layers);
    }

    [Theory]
    [InlineData(0.5, 3, 2)]
    [InlineData(0.3, 30, 9)]
    [InlineData(0.01, 30, 1)]
    [InlineData(1, 30, 30)]
    public void A_share_of_the_blocks_is_rounded_up(double share, int blocks, int expected) =>
        Assert.Equal(expected, new MotionInjection(0, 0, share).LayersAt(0, 50, blocks));

    [Fact]
    public void Every_call_says_what_its_first_blocks_see()
    {
        ClipRunInfo run = ClipRuns.Info(14, steps: 10, prompts: [0, 5, 9]);
        List<(int Layers, int Prompt)> calls = [];
        MixingNetwork network = new()
        {
            Called = call =>
            {
                calls.Add((call.FirstLayers, call.FirstPrompt));
                Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2], call.Prompts.ToArray());
            },
        };
        using LatentStream stream = ClipRuns.Start("freenoise", ref run, network);
        ClipRuns.Finish(stream);
        Assert.Equal([1, 0, 0, 0, 1, 1, 1, 1, 1, 1], calls.Select(c => c.Layers));
        Assert.All(calls, c => Assert.Equal(2, c.Prompt));
    }

    [Fact]
    public void One_prompt_gives_the_same_bytes_with_and_without()
    {
        ClipRunInfo one = ClipRuns.Info(14, steps: 3, guidance: 2);
        Assert.Equal(ClipRuns.Run("freenoise:motion-injection=off", one), ClipRuns.Run("freenoise", one));
        ClipRunInfo two = ClipRuns.Info(14, steps: 3, guidance: 2, prompts: [0, 8]);
        Assert.NotEqual(ClipRuns.Run("freenoise:motion-injection=off", two), ClipRuns.Run("freenoise", two));
    }

    /// <summary>From a story to the prompts of the network's calls.</summary>
    [Theory]
    [InlineData("freenoise", 8)]
    [InlineData("freenoise:blend=0", 2)]
    [InlineData("freenoise:motion-injection=off", 2)]
    public void A_story_of_two_prompts_is_told_with_those_between(string method, int prompts)
    {
        using TinyModel model = new();
        Story story = new([new Scene("first"), new Scene("second", StoryTime.Chunks(4))], StoryTime.Chunks(8));
        ClipOptions options = new()
        {
            Method = ClipRuns.Make(method),
            Sampler = new SamplerOptions { Kind = SamplerKind.UniPC, Steps = 3, Guidance = 2 },
            ClipFrames = ClipRuns.Trained,
            Height = 32,
            Width = 32,
            Decode = false,
        };
        using ClipGenerator generator = new(model.Compute, model.Transformer, null, new HashedPrompts(), story, options);
        Assert.Equal(prompts, generator.Stream.Run.PromptStarts.Count);
        List<string> told = [];
        while (!generator.IsDone)
        {
            if (generator.Advance() is { } chunk)
            {
                using (chunk)
                {
                    told.Add(chunk.Prompt);
                    Assert.All(chunk.Latents.Span.ToArray(), v => Assert.True(float.IsFinite(v)));
                }
            }
        }
        Assert.Equal(["first", "first", "first", "first", "second", "second", "second", "second"], told);
    }
}
