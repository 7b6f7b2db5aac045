using LongTake.Alignment.Grpo;
using LongTake.Alignment.Kvpo;
using LongTake.Alignment.Tests.Grpo;
using LongTake.Tensors.Memory;

namespace LongTake.Alignment.Tests.Kvpo;

/// <summary>Alone in the process, since all tensors share one pool.</summary>
[CollectionDefinition(nameof(KvpoMemoryTests), DisableParallelization = true)]
[Collection(nameof(KvpoMemoryTests))]
public sealed class KvpoMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TinyAlignment _tiny;

    // One thread: how many pieces are in work at once, each with its scratch memory, is up to the scheduler otherwise.
    public KvpoMemoryTests() => _tiny = new TinyAlignment(_folder.File("model"), threads: 1);

    [Fact]
    public void Memory_of_an_update_does_not_grow_with_the_number_of_branches()
    {
        long few = PeakOfUpdate(2);
        Assert.True(few > 0);
        Assert.Equal(few, PeakOfUpdate(7));
    }

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    /// <summary>Most bytes that an update takes beside what was held before it: weights, gradients and the recorded steps of the branches.</summary>
    private long PeakOfUpdate(int branches)
    {
        KvpoRecipe recipe = TinyAlignment.Recipe;
        recipe.GroupSize = branches;
        using KvpoStrategy strategy = new(recipe, _tiny.Parts);
        strategy.Current.Parameters.RequireGrad(true);
        using KvpoRollout rollout = (KvpoRollout)strategy.RollOut(_tiny.Compute, KvpoStrategyTests.Request(1, 1), default);
        GroupAdvantages advantages = KvpoStrategyTests.Advantages([.. Enumerable.Range(0, branches).Select(g => 1.0 - g)]);

        // Once before, so that what is made once is there.
        strategy.Accumulate(_tiny.Compute, rollout, advantages, 1);
        rollout.References = null;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = NativeMemoryPool.Shared.BytesInUse;
        NativeMemoryPool.Shared.ResetPeak();
        strategy.Accumulate(_tiny.Compute, rollout, advantages, 1);
        return NativeMemoryPool.Shared.PeakBytesInUse - before;
    }
}
