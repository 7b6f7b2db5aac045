using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Memory;
using static LongTake.Generation.Tests.Methods.FrequencyMethods;

namespace LongTake.Generation.Tests.Context;

/// <summary>Memory and work that do not depend on how much has been generated.</summary>
[Collection(AloneCollection.Name)]
public class EndlessTests
{
    private const int Chunks = 1000;
    private const int Period = 60;
    private const long SmallAllocation = 4096;

    public static TheoryData<string> Endless =>
    [
        .. MethodPresets.All.Select(p => p.Name).Where(n => n != "full"),
        "flex:frm=far", "flex:reset-sink=on", "flex:noise=dual-ar+renoise=same-law", "memrope:average=adaptive",
        "memflow:score=softmax+view=top-frames", "custom:context=averages+positions=anchored+view=top-frames+noise=ar1",
    ];

    [Theory]
    [MemberData(nameof(Endless))]
    public void A_thousand_chunks_need_the_memory_and_the_work_of_a_hundred(string preset)
    {
        using TinyModel model = new();
        using ChunkGenerator generator = model.Generator(Make(preset), new SamplerOptions { StepList = [1000] });
        generator.SetPrompt(TinyModel.Prompt(0));
        long inUse = 0;
        long held = 0;
        long most = 0;
        double[] attended = new double[Chunks];
        long[] calls = new long[Chunks];
        for (int i = 0; i < Chunks; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            generator.Next().Dispose();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            attended[i] = generator.Cache.AttendedTokens;
            calls[i] = generator.NetworkCalls;
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
        Assert.Equal(calls[2 * Period] - calls[Period], calls[^1] - calls[^(Period + 1)]);
        Assert.InRange(generator.NetworkCalls, 2 * Chunks, (2 * Chunks) + 10);
    }
}
