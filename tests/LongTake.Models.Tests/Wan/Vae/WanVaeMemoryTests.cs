using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Wan.Vae;

/// <summary>Counts memory of the shared pool, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(WanVaeMemoryTests), DisableParallelization = true)]
[Collection(nameof(WanVaeMemoryTests))]
public class WanVaeMemoryTests
{
    [Fact]
    public void A_stream_neither_grows_nor_allocates()
    {
        using ParameterStore parameters = WanVaeStreamTests.Parameters(WanVaeStreamTests.Small);
        using WanVae vae = new(WanVaeStreamTests.Small, parameters);
        using TensorScope outer = TensorScope.Open();
        using WanVaeStreamingDecoder decoder = new(vae.Decoder);
        using WanVaeStreamingEncoder encoder = new(vae.Encoder);

        // One thread: with more, how many scratch blocks are in use at a time is a matter of chance, and the pool makes one where it has none.
        using CpuBackend cpu = new(1);
        Compute c = new(cpu);
        Tensor latents = WanVaeStreamTests.Noise([1, 5, 2, 2, 2], 4);
        Tensor video = WanVaeStreamTests.Noise([1, 3, 4, 8, 8], 5);
        encoder.Encode(c, WanVaeStreamTests.Noise([1, 3, 1, 8, 8], 6));
        long managed = 0, native = 0;
        for (int i = 0; i < 80; i++)
        {
            if (i == 60)
            {
                managed = GC.GetAllocatedBytesForCurrentThread();
                native = NativeMemoryPool.Shared.BytesInUse;
            }
            using TensorScope scope = TensorScope.Open();
            decoder.Decode(c, latents);
            encoder.Encode(c, video);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - managed);
        Assert.Equal(0, NativeMemoryPool.Shared.BytesInUse - native);
    }
}
