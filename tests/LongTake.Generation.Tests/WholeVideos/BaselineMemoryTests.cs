using LongTake.Generation.Clips;
using LongTake.Generation.Samplers;
using LongTake.Generation.Tests.Clips;
using LongTake.Tensors.Memory;

namespace LongTake.Generation.Tests.WholeVideos;

[Collection(AloneCollection.Name)]
public class BaselineMemoryTests
{
    [Fact]
    public void A_search_over_two_thousand_latents_needs_no_more_memory_than_over_two_hundred()
    {
        long few = Peak(200);
        long many = Peak(2000);
        Assert.True(many <= few * 1.02, $"{few} bytes for 200 latents, {many} for 2000");

        static long Peak(int latents)
        {
            ClipRunInfo run = ClipFixture.Info(5, latents, SamplerKind.UniPC);
            using LatentStream stream = ClipRuns.Start("scalingnoise:partitions=1", ref run, new MixingNetwork());
            NativeMemoryPool.Shared.ResetPeak();
            while (!stream.IsDone)
            {
                stream.Advance()?.Dispose();
            }
            return NativeMemoryPool.Shared.PeakBytesInUse;
        }
    }

    /// <summary>What self-attention takes beside a step's call is planned too, and is not there with a network of a few lines.</summary>
    [Theory]
    [InlineData("direct")]
    [InlineData("freenoise")]
    [InlineData("ultravico")]
    [InlineData("clip.ntk")]
    [InlineData("gen-l-video")]
    [InlineData("gen-l-video:form=flow")]
    [InlineData("scalingnoise:partitions=2")]
    public void A_plan_says_what_a_stream_takes(string method)
    {
        ClipRunInfo run = ClipFixture.Info(5, 60, SamplerKind.UniPC) with { Height = 16, Width = 16 };
        long before = NativeMemoryPool.Shared.BytesInUse;
        using LatentStream stream = ClipRuns.Start(method, ref run, new MixingNetwork());
        for (int i = 0; i < 6; i++)
        {
            stream.Advance()?.Dispose();
        }
        long planned = ClipRuns.Make(method).Plan(run).HeldBytes;

        // Small pieces of memory are rounded up.
        Assert.InRange(NativeMemoryPool.Shared.BytesInUse - before, planned / 2, (long)(planned * 1.15));
    }

    [Theory]
    [InlineData("direct", 256)]
    [InlineData("freenoise", 256)]
    [InlineData("ultravico", 256)]
    [InlineData("gen-l-video", 256)]
    [InlineData("gen-l-video:form=flow", 256)]

    // Noise comes from a generator object a draw.
    [InlineData("scalingnoise:partitions=2", 8192)]
    public void Warm_units_allocate_next_to_nothing_and_give_all_back(string method, int most)
    {
        const int Units = 10;
        long before = NativeMemoryPool.Shared.BytesInUse;
        ClipRunInfo run = ClipFixture.Info(5, 30, SamplerKind.UniPC, steps: 30);
        using (LatentStream stream = ClipRuns.Start(method, ref run, new MixingNetwork()))
        {
            for (int i = 0; i < 15; i++)
            {
                stream.Advance()?.Dispose();
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Units; i++)
            {
                stream.Advance()?.Dispose();
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated / Units < most, $"{allocated / Units} bytes a unit");
        }
        Assert.Equal(before, NativeMemoryPool.Shared.BytesInUse);
    }
}
