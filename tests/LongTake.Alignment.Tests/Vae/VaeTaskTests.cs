using LongTake.Alignment.Training;
using LongTake.Alignment.Vae;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Tests.Vae;

/// <summary>Alone in the process, since all tensors share one pool.</summary>
[CollectionDefinition(nameof(VaeTaskTests), DisableParallelization = true)]
[Collection(nameof(VaeTaskTests))]
public sealed class VaeTaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_model_of_other_sizes_is_refused_and_leaves_no_memory_behind()
    {
        string folder = _folder.File("model");
        WanVaeConfig config = new() { Dim = 8, ZDim = 4, ResBlockCount = 1 };
        using (ParameterStore weights = ParameterStore.CreateRandom(WanVae.Specs(config), 1))
        {
            ModelFolderWriter.WriteVae(folder, config, weights);
        }
        VaeRecipe recipe = new() { Dim = 4, ZDim = 4, ResidualBlocks = 1, StartFrom = folder };
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = NativeMemoryPool.Shared.BytesInUse;
        RecipeException e = Assert.Throws<RecipeException>(() => new VaeTask(recipe));
        Assert.Contains("start_from", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, NativeMemoryPool.Shared.BytesInUse);
    }

    public void Dispose() => _folder.Dispose();
}
