using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Memory;

namespace LongTake.Generation.Tests.Context;

/// <summary>Memory and work that do not depend on how much has been generated.</summary>
[Collection(AloneCollection.Name)]
public class EndlessTests
{
    private const int Chunks = 1000;
    private const int Period = 60;
    private const long SmallAllocation = 4096;

    [Theory]
    [InlineData("streaming-llm")]
    [InlineData("deep-sink")]
    [InlineData("deep-forcing")]
    [InlineData("reward-forcing")]
    [InlineData("memrope")]
    [InlineData("memflow")]
    [InlineData("inflvg")]
    public void A_thousand_chunks_need_the_memory_and_the_work_of_a_hundred(string preset)
    {
        using TinyModel model = new();
        using ChunkGenerator generator = model.Generator(MethodPresets.Create(preset), new SamplerOptions { StepList = [1000] });
        generator.SetPrompt(TinyModel.Prompt(0));
        long inUse = 0;
        long held = 0;
        long most = 0;
        double[] attended = new double[Chunks];
        for (int i = 0; i < Chunks; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            generator.Next().Dispose();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            attended[i] = generator.Cache.AttendedTokens;
            if (i < Period)
            {
                (inUse, held) = (NativeMemoryPool.Shared.BytesInUse, NativeMemoryPool.Shared.BytesHeld);
                continue;
            }
            most = Math.Max(most, allocated);
            if (inUse != NativeMemoryPool.Shared.BytesInUse || held != NativeMemoryPool.Shared.BytesHeld)
            {
                Assert.Fail($"Memory changed at chunk {i}.");
            }
        }
        Assert.True(most < SmallAllocation, $"{most} bytes a chunk");
        Assert.Equal(attended[Period..(2 * Period)], attended[^Period..]);
        Assert.Equal(2 * Chunks, generator.NetworkCalls);
    }
}
