using LongTake.Generation.Clips;
using LongTake.Generation.Stories;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Clips;

public class PromptStepsTests
{
    private const int Chunk = 3;

    /// <summary>Source: fifo-and-sliding-window.md 4.3: of M latents the first and the last 3M/8, rounded down, are pure.</summary>
    [Theory]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    [InlineData(9, 18)]
    public void Two_scenes_of_one_length_go_over_into_each_other_as_published(int second, int chunks)
    {
        PromptSteps steps = Steps(0.25, chunks, (second, SceneChange.Method));
        int latents = chunks * Chunk;
        int pure = 3 * latents / 8;
        int between = latents - (2 * pure);
        Assert.Equal([0, .. Enumerable.Range(pure, between + 1)], steps.Starts.Select(s => (int)s));
        Assert.Equal([0, .. Enumerable.Range(1, between).Select(j => j / (between + 1.0)), 1], Shares(steps), Close);
        Assert.Equal(0, steps.SceneAt((second * Chunk) - 1));
        Assert.Equal(1, steps.SceneAt(second * Chunk));
    }

    [Fact]
    public void A_scene_goes_over_at_both_of_its_ends()
    {
        // Scenes of 12, 6 and 18 latents: a quarter of each end is 3, 2 (of 6, what is left of 4), and 5 of 18.
        PromptSteps steps = Steps(0.25, 12, (4, SceneChange.Method), (6, SceneChange.Method));
        Assert.Equal([0, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23], steps.Starts.Select(s => (int)s));
        Assert.Equal(
            [0, 1 / 6.0, 2 / 6.0, 3 / 6.0, 4 / 6.0, 5 / 6.0, 1, .. Enumerable.Range(1, 7).Select(j => 1 + (j / 8.0)), 2], Shares(steps), Close);
    }

    [Fact]
    public void Scenes_that_say_how_they_take_over_keep_their_word()
    {
        (int, SceneChange)[] scenes = [(4, SceneChange.Keep), (6, SceneChange.Blend(StoryTime.Chunks(2))), (9, SceneChange.Method)];
        PromptSteps steps = Steps(0.25, 13, scenes);

        // The blend has its own end in the third scene, whose last quarter belongs to the fourth.
        Assert.Equal([0, 12, 18, 21, 24, 25, 26, 27, 28, 29, 30], steps.Starts.Select(s => (int)s));
        Assert.Equal([0, 1, 1.5, 2, .. Enumerable.Range(1, 6).Select(j => 2 + (j / 7.0)), 3], Shares(steps), Close);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.25)]
    [InlineData(0.1)]
    public void Prompts_never_go_back(double share)
    {
        for (int length = 1; length < 9; length++)
        {
            PromptSteps steps = Steps(share, 9 + length, (1, SceneChange.Method), (1 + length, SceneChange.Method), (4 + length, SceneChange.Method));
            Assert.Equal(steps.Starts.Order(), steps.Starts);
            Assert.Equal(Shares(steps).Order(), Shares(steps));
            Assert.Equal(3, Shares(steps)[^1]);
        }
    }

    [Fact]
    public void Without_a_share_prompts_change_at_once() =>
        Assert.Equal([0, 12], Steps(0, 8, (4, SceneChange.Method)).Starts.Select(s => (int)s));

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-6;

    private static PromptSteps Steps(double share, int chunks, params (int Chunk, SceneChange Change)[] scenes)
    {
        Story story = new(
            [new Scene("0"), .. scenes.Select((s, i) => new Scene($"{i + 1}", StoryTime.Chunks(s.Chunk), Change: s.Change))], StoryTime.Chunks(chunks));
        return new PromptSteps(StoryTimeline.Of(story, chunkFrames: Chunk), Chunk, share);
    }

    /// <summary>Each prompt as a number: 1.25 is a quarter of the way from scene 1 to scene 2.</summary>
    private static double[] Shares(PromptSteps steps)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor[] features = steps.Features([.. Enumerable.Range(0, 9).Select(i => Tensor.From([(float)i], [1, 1, 1]))]);
        double[] shares = [.. features.Select(f => (double)f.Span[0])];
        foreach (Tensor feature in features)
        {
            feature.Dispose();
        }
        return shares;
    }
}
