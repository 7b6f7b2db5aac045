using LongTake.Models.Text.Umt5;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Text;

/// <summary>Alone, because it watches the memory of the whole process.</summary>
[CollectionDefinition(nameof(Umt5MemoryTests), DisableParallelization = true)]
[Collection(nameof(Umt5MemoryTests))]
public class Umt5MemoryTests
{
    [Fact]
    public void Frozen_matrices_are_not_copied()
    {
        Umt5Config config = new() { VocabularySize = 23, Dim = 48, AttentionDim = 48, FfnDim = 96, HeadCount = 2, LayerCount = 2, BucketCount = 8 };
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore weights = ParameterStore.CreateRandom(Umt5Encoder.Specs(config), 7);
        weights.Freeze();
        using Umt5Encoder encoder = new(config, weights);
        long before = NativeMemoryPool.Shared.BytesInUse;
        encoder.Encode(compute, [[3, 4, 5, 1], [6, 1]]).Dispose();
        Assert.Equal(before, NativeMemoryPool.Shared.BytesInUse);

        // The copy that is avoided: a kernel that gets the frozen matrix itself makes one.
        using Tensor x = Tensor.Zeros([4, 48]);
        long alone = NativeMemoryPool.Shared.BytesInUse;
        compute.Linear(x, weights["blocks.0.attn.q.weight"]).Dispose();
        Assert.True(NativeMemoryPool.Shared.BytesInUse > alone);
    }
}
