using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Backends;

/// <summary>Runs operations on the processor with vector kernels (AVX-512, AVX2, NEON through the portable vector types).</summary>
/// <param name="threads">Threads to use; 0 for one a processor. Results do not depend on it.</param>
public sealed partial class CpuBackend(int threads = 0) : Backend
{
    /// <summary>The threads that kernels run on.</summary>
    public WorkerPool Workers { get; } = new(threads);

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override void Dispose()
    {
        Workers.Dispose();
        base.Dispose();
    }
}
