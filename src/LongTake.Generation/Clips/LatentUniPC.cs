using LongTake.Generation.Schedulers;

namespace LongTake.Generation.Clips;

/// <summary>
/// UniPC latent by latent: each has its own estimates, its own last corrected sample and its own order. A latent without a history starts with an
/// uncorrected step of first order wherever it is. For a latent that starts from noise the same numbers as <see cref="FlowUniPC"/>.
/// Source: miga.md 3.3.
/// </summary>
public sealed class LatentUniPC : FlowLatentSolver
{
    private readonly int _order;
    private float[] _estimate = [];

    /// <summary>Makes a solver.</summary>
    /// <param name="steps">Steps, 1 to 1000.</param>
    /// <param name="shift">Timestep shift.</param>
    /// <param name="order">1, 2 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public LatentUniPC(int steps, double shift = 5.0, int order = 2)
        : base(new FlowUniPC(steps, shift, order)) => _order = order;

    /// <summary>Estimates, newest first, and after them the sample after its last correction.</summary>
    public override int HistoryLatents => _order + 1;

    /// <inheritdoc/>
    public override void Step(
        int level, ReadOnlySpan<float> prediction, Span<float> sample, Span<float> history, ref SolverMemory memory, ReadOnlySpan<float> noise)
    {
        int size = sample.Length;
        Span<float> corrected = history.Slice(_order * size, size);
        if (_estimate.Length != size)
        {
            _estimate = new float[size];
        }

        // The estimate is taken at the uncorrected sample and kept when the sample is corrected.
        FlowMatchSchedule.ToClean(sample, prediction, Levels[level], _estimate);
        if (memory.Estimates > 0)
        {
            Update(level - 1, memory.LastOrder, corrects: true, corrected, history, sample);
        }
        for (int i = _order - 1; i > 0; i--)
        {
            history.Slice((i - 1) * size, size).CopyTo(history.Slice(i * size, size));
        }
        _estimate.CopyTo(history);
        sample.CopyTo(corrected);
        int estimates = Math.Min(memory.Estimates + 1, _order);
        memory = new SolverMemory(estimates, Math.Min(Math.Min(_order, Steps - level), estimates));
        Update(level, memory.LastOrder, corrects: false, corrected, history, sample);
    }

    private void Update(int from, int order, bool corrects, ReadOnlySpan<float> source, ReadOnlySpan<float> history, Span<float> result)
    {
        int size = result.Length;
        ReadOnlySpan<float> m0 = history[..size];
        ReadOnlySpan<float> m1 = order > 1 ? history.Slice(size, size) : m0;
        ReadOnlySpan<float> m2 = order > 2 ? history.Slice(2 * size, size) : m0;
        UniPCUpdate.Apply(Levels, from, order, corrects, source, m0, m1, m2, _estimate, result);
    }
}
