using LongTake.Generation.Methods;
using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Streaming;

[Collection(AloneCollection.Name)]
public class SteadyStateTests
{
    private const int WarmUp = 20;
    private const int Chunks = 200;
    private const int Cycle = 60;

    // The chunk's own objects: its tensor handles and the generators of its noise.
    private const long SmallAllocation = 4096;
    private const long MostScratch = 4 << 20;

    public static TheoryData<string, SamplerKind> Runs => new()
    {
        { "sliding-window", SamplerKind.FewStep },
        { "longlive-infinity", SamplerKind.FewStep },
        { "infinity-rope", SamplerKind.UniPC },
        { "flex", SamplerKind.FewStep },
        { "lol", SamplerKind.FewStep },
        { "riflex", SamplerKind.UniPC },
        { "rolling-forcing", SamplerKind.FewStep },
        { "deep-forcing", SamplerKind.UniPC },
        { "memflow", SamplerKind.UniPC },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Two_hundred_chunks_need_no_more_memory_than_twenty(string preset, SamplerKind kind)
    {
        using TinyModel model = new();
        SamplerOptions sampler = kind == SamplerKind.FewStep ? TinyModel.TwoSteps : new() { Kind = kind, Steps = 3, Guidance = 2 };
        using ChunkGenerator generator = model.Generator(MethodPresets.Create(preset), sampler);
        generator.SetPrompt(TinyModel.Prompt(0), sampler.IsGuided ? TinyModel.Prompt(1) : null);
        for (int i = 0; i < WarmUp; i++)
        {
            generator.Next().Dispose();
        }
        long inUse = NativeMemoryPool.Shared.BytesInUse;
        long held = NativeMemoryPool.Shared.BytesHeld;
        long scratch = NativeMemoryPool.Scratch.BytesHeld;
        long[] allocated = new long[Chunks - WarmUp];
        for (int i = 0; i < allocated.Length; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            generator.Next().Dispose();
            allocated[i] = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(inUse, NativeMemoryPool.Shared.BytesInUse);
            Assert.Equal(held, NativeMemoryPool.Shared.BytesHeld);
        }
        Assert.True(allocated.Max() < SmallAllocation, $"{allocated.Max()} bytes a chunk");

        // Which thread takes which piece is chance, so a late thread may still need its first block of a size: a bound, not a figure.
        // What earlier tests' threads left in the pool is no matter of this one.
        long grown = NativeMemoryPool.Scratch.BytesHeld - scratch;
        Assert.True(grown <= Environment.ProcessorCount * MostScratch, $"Working memory of threads grew by {grown} bytes");

        // Some methods do more in every second or third chunk.
        (long first, long last) = (allocated[..Cycle].Sum(), allocated[^Cycle..].Sum());
        Assert.True(last <= first, $"{first} bytes at first, {last} at last");
    }

    /// <summary>The whole way from prompt to bytes, with the autoencoder's own memory of past frames.</summary>
    [Fact]
    public void Decoding_needs_no_more_memory_as_the_video_grows()
    {
        const int Decoded = 60;
        WanVaeConfig config = new() { Dim = 4, ZDim = 3, ResBlockCount = 1 };
        using TinyModel model = new();
        using ParameterStore parameters = ParameterStore.CreateRandom(WanVaeDecoder.Specs(config), 3);
        using WanVaeDecoder network = new(config, parameters);
        using WanChunkDecoder decoder = new(network);
        GenerationOptions options = new() { Method = MethodPresets.Create("longlive"), Sampler = TinyModel.TwoSteps, Height = 32, Width = 32 };
        using StreamingGenerator generator = new(model.Compute, model.Transformer, decoder, new HashedPrompts(), Story.FromPrompt("x"), options);
        for (int i = 0; i < WarmUp; i++)
        {
            generator.Next()!.Dispose();
        }
        long inUse = NativeMemoryPool.Shared.BytesInUse;
        long held = NativeMemoryPool.Shared.BytesHeld;
        for (int i = WarmUp; i < Decoded; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            generator.Next()!.Dispose();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < SmallAllocation, $"{allocated} bytes a chunk");
            Assert.Equal(inUse, NativeMemoryPool.Shared.BytesInUse);
            Assert.Equal(held, NativeMemoryPool.Shared.BytesHeld);
        }
    }

    [Fact]
    public void All_memory_is_given_back()
    {
        long before = NativeMemoryPool.Shared.BytesInUse;
        using (TinyModel model = new())
        {
            model.Run(new SlidingWindowOptions { Window = 6 }.ToMethod(), 3);
        }
        Assert.Equal(before, NativeMemoryPool.Shared.BytesInUse);
    }
}
