using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Cache;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using static LongTake.Generation.Tests.Methods.FrequencyMethods;

namespace LongTake.Generation.Tests.Context;

/// <summary>The option resetSink of flex.md 5.</summary>
public class MovingSinkTests
{
    [Fact]
    public void The_first_chunk_after_a_new_prompt_becomes_the_sink()
    {
        using TinyModel model = new();
        using TensorScope scope = TensorScope.Open();
        using ChunkGenerator generator = model.Generator(Make("flex.sink:window=12+reset-sink=on"));
        generator.SetPrompt(TinyModel.Prompt(0));
        Next(6);
        Assert.Equal([0L, 1, 2, 9, 10, 11, 12, 13, 14, 15, 16, 17], Held());
        generator.SetPrompt(TinyModel.Prompt(1));
        Next(1);

        // The old sink is the oldest there is, and goes first; the new one goes last.
        Assert.Equal(Enumerable.Range(9, 12).Select(i => (long)i), Held());
        Next(3);
        Assert.Equal(Enumerable.Range(18, 12).Select(i => (long)i), Held());
        Next(2);
        Assert.Equal([18L, 19, 20, 27, 28, 29, 30, 31, 32, 33, 34, 35], Held());

        void Next(int chunks)
        {
            for (int i = 0; i < chunks; i++)
            {
                generator.Next().Dispose();
            }
        }

        long[] Held() => [.. generator.Cache.Frames.ToArray().Select(f => f.Index)];
    }

    [Fact]
    public void Without_a_new_prompt_it_is_the_sink_of_the_video()
    {
        using TinyModel model = new();
        Assert.Equal(model.Run(Make("flex:window=12"), 9), model.Run(Make("flex:window=12+reset-sink=on"), 9));
    }

    [Fact]
    public void Its_place_is_saved()
    {
        MovingSinkContext context = new(12, 3);
        Assert.Equal((12, 3), (context.Capacity, context.Sink));
        using CacheFixture cache = new(context);
        cache.Fill(4, 3);
        context.OnPromptChange(cache.Cache);
        MovingSinkContext restored = new(12, 3);
        restored.RestoreState(context.SaveState());
        CachedFrame[] held = [.. Enumerable.Range(0, 12).Select(i => new CachedFrame(i + 3))];
        bool[] keep = [.. Enumerable.Repeat(true, 12)];
        restored.MakeRoom(held, 3, keep);
        Assert.Equal([3L, 4, 5], held.Where((_, i) => !keep[i]).Select(f => f.Index));
        held = [.. Enumerable.Range(0, 12).Select(i => new CachedFrame(i + 12))];
        Array.Fill(keep, true);
        restored.MakeRoom(held, 3, keep);
        Assert.Equal([15L, 16, 17], held.Where((_, i) => !keep[i]).Select(f => f.Index));
        Assert.Contains("damaged", Assert.Throws<CheckpointException>(() => restored.RestoreState([1])).Message);
        Assert.Contains("leaves no room", Assert.Throws<ArgumentException>(() => new MovingSinkContext(3, 3)).Message);
    }
}
