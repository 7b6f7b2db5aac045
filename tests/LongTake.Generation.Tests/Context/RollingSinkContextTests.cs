using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Methods;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Context;

public class RollingSinkContextTests
{
    private const int Window = 21;

    /// <summary>Test 6 of kv-cache-strategies.md 9: the first source frame of each chunk that comes back.</summary>
    [Fact]
    public void The_first_window_comes_backwards_and_forwards_in_turn()
    {
        RollingSinkContext context = new(Window, ContextFixture.Chunk);
        int[] backwards = [15, 12, 9, 6, 3, 0];
        int[] forwards = [0, 3, 6, 9, 12, 15];
        int[] expected = [.. backwards, .. forwards, .. backwards];
        for (int n = 0; n < expected.Length; n++)
        {
            long start = Window + (3 * n);
            int[] sources = [.. Enumerable.Range(0, 3).Select(i => context.Source(start, i))];
            int[] inOrder = [expected[n], expected[n] + 1, expected[n] + 2];
            Assert.Equal(n / 6 % 2 == 0 ? [.. inOrder.Reverse()] : inOrder, sources);
        }
    }

    [Theory]
    [InlineData(1, DType.F32)]
    [InlineData(2, DType.BF16)]
    public void Recycled_frames_stand_where_those_stood_that_they_replace(int batch, DType type)
    {
        RollingSinkContext context = new(Window, ContextFixture.Chunk);
        using ContextFixture f = new(context, batch, new AbsolutePositions(), type);
        f.Run(7);
        Assert.All(f.Cache.Frames.ToArray(), x => Assert.Equal(FrameRole.Frame, x.Role));
        Assert.Equal(Window, f.Cache.ArchivedFrames);
        for (int chunk = 7; chunk < 24; chunk++)
        {
            f.Run(1, chunk);
            CachedFrame[] held = f.Cache.Frames.ToArray();
            int next = (chunk + 1) * 3;
            Assert.Equal(Enumerable.Range(next - Window, Window).Select(i => (long)i), held.Select(x => x.Index));
            Assert.Equal(Enumerable.Range(next - Window, Window).Select(i => (double)i), f.Cache.KeyPositions.ToArray());
            for (int slot = 0; slot < Window; slot++)
            {
                long index = held[slot].Index;
                bool recycled = index >= Window - 3 && slot < Window - 3;
                Assert.Equal(recycled ? FrameRole.Recycled : FrameRole.Frame, held[slot].Role);

                // Replaced when the chunk after it became final.
                long start = (index / 3 * 3) + 3;
                int source = recycled ? context.Source(start, (int)(index % 3)) : (int)index;
                Same(ContextFixture.Frame(1, source, 'k', sample: batch - 1), f.Cache.Keys(1), slot);
                Same(ContextFixture.Frame(1, source, 'v', sample: batch - 1), f.Cache.Values(1), slot);
            }
        }

        void Same(float[] expected, Tensor pool, int slot)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor wide = type == DType.F32 ? pool : f.Compute.Cast(pool, DType.F32);
            float[] actual = f.Slot(wide, slot, batch - 1);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], actual[i], type == DType.F32 ? 0f : 0.02f);
            }
        }
    }

    /// <summary>What a new chunk sees: 15 recycled frames, one genuine chunk, itself.</summary>
    [Fact]
    public void A_new_chunk_sees_one_genuine_chunk_before_it()
    {
        using ContextFixture f = new(new RollingSinkContext(Window, ContextFixture.Chunk), positions: new AbsolutePositions());
        f.Run(20);
        f.Cache.BeginChunk(60, 3);
        Assert.Equal(
            new string('r', 15) + "ffffff", string.Concat(f.Cache.Frames.ToArray().Select(x => x.Role == FrameRole.Recycled ? 'r' : 'f')));
        f.Call(60, clean: true);
        Assert.Equal(Window * ContextFixture.Layout.TokensPerFrame, f.Cache.AttendedTokens);
    }

    [Fact]
    public void An_archive_is_filled_in_order_and_read_where_it_is_filled()
    {
        using ContextFixture f = new(new RollingSinkContext(9, ContextFixture.Chunk), positions: new AbsolutePositions());
        Assert.Equal((9, 0), (f.Cache.ArchiveCapacity, f.Cache.ArchivedFrames));
        Assert.Equal(ContextFixture.Layout.Bytes(18, DType.F32), f.Cache.Bytes);
        f.Run(1);
        Assert.Equal(3, f.Cache.ArchivedFrames);
        Assert.Contains("the next place is 3", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.Archive(0, 4)).Message);
        Assert.Contains("holds 3 latent frames", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.Recall(3, 0)).Message);
        Assert.Contains("not among the 3 in use", Assert.Throws<ArgumentOutOfRangeException>(() => f.Cache.Recall(0, 3)).Message);
        f.Cache.Recall(0, 2);
        Assert.Equal(new CachedFrame(2, FrameRole.Recycled), f.Cache.Frames[2]);
        f.Cache.Clear();
        Assert.Equal(0, f.Cache.ArchivedFrames);
    }

    [Fact]
    public void What_it_cannot_do_is_refused()
    {
        Assert.Contains("make it a multiple of 3, at least 9", Assert.Throws<ArgumentException>(() => new RollingSinkContext(20, 3)).Message);
        Assert.Contains("make it a multiple of 4, at least 12", Assert.Throws<ArgumentException>(() => new RollingSinkContext(8, 4)).Message);
        StreamingMethod method = MethodPresets.Create("rolling-sink", new Dictionary<string, string> { ["window"] = "20" });
        Assert.Contains(
            "rolling-sink: window 20 conflicts with chunks of 3",
            Assert.Throws<ArgumentException>(() => method.Context(new RunInfo(0, 3, null))).Message);
        RollingSinkContext context = new(Window, 3);
        Assert.Contains("to be computed anew", context.Answer(SceneChangeKind.Recache).Reason);
        Assert.Contains("comes back", context.Answer(SceneChangeKind.Flush).Reason);
    }
}
