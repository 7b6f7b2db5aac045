using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Tests;

public class CoreTests
{
    [Fact]
    public void Scope_recycles_memory_and_handles()
    {
        for (int i = 0; i < 3; i++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor.Zeros([4, 5]).View([20]);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor t = Tensor.Zeros([4, 5]);
            t.View([20]).Span[3] = i;
        }
        long perRound = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        Assert.True(perRound == 0, $"{perRound} bytes a round");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Pool_runs_every_piece_once(int threads)
    {
        using WorkerPool pool = new(threads);
        for (int round = 0; round < 200; round++)
        {
            CountJob job = new() { Hits = new int[round] };
            pool.Run(ref job, round);
            Assert.All(job.Hits, h => Assert.Equal(1, h));
        }
    }

    private struct CountJob : IParallelJob
    {
        public int[] Hits;

        public readonly void Run(int index) => Interlocked.Increment(ref Hits[index]);
    }
}
