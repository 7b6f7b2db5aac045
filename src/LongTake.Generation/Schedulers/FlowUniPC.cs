namespace LongTake.Generation.Schedulers;

/// <summary>
/// UniPC (multistep predictor and corrector, clean-sample prediction, "bh2"), the default solver of Wan 2.1. Levels start at 0.999 before
/// the shift, timesteps are whole numbers. The order rises from 1 at the start and falls to 1 at the end.
/// Source: wan-model.md 6.5 (order 3: the same linear system with one more row).
/// </summary>
public sealed class FlowUniPC : FlowSolver
{
    private readonly int _order;
    private readonly SampleHistory _clean;
    private float[] _corrected = [];
    private float[] _estimate = [];
    private int _lastOrder;

    /// <summary>Makes a solver.</summary>
    /// <param name="steps">Steps of a run, 1 to 1000.</param>
    /// <param name="shift">Timestep shift.</param>
    /// <param name="order">1, 2 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public FlowUniPC(int steps, double shift = 5.0, int order = 2)
        : base(SigmaGrids.Linear(steps, shift, SigmaGrids.UniPCSigmaMax), wholeTimesteps: true)
    {
        if (order is < 1 or > UniPCUpdate.MaxOrder)
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "UniPC has orders 1, 2 and 3.");
        }
        _order = order;
        _clean = new SampleHistory(order);
    }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _clean.Clear(Length);
        if (_corrected.Length != Length)
        {
            _corrected = new float[Length];
            _estimate = new float[Length];
        }
        _lastOrder = 0;
    }

    /// <inheritdoc/>
    protected override void OnStep(ReadOnlySpan<float> velocity, Span<float> sample)
    {
        int k = Index;

        // The estimate is taken at the uncorrected sample and kept when the sample is corrected.
        FlowMatchSchedule.ToClean(sample, velocity, Sigma(k), _estimate);
        if (k > 0)
        {
            Update(k - 1, _lastOrder, corrects: true, _corrected, sample);
        }
        _estimate.CopyTo(_clean.Push(), 0);
        sample.CopyTo(_corrected);
        _lastOrder = Math.Min(Math.Min(_order, Steps - k), _clean.Count);
        Update(k, _lastOrder, corrects: false, _corrected, sample);
    }

    /// <summary>Integrates from level <paramref name="from"/> to the next, starting at <paramref name="source"/>.</summary>
    private void Update(int from, int order, bool corrects, float[] source, Span<float> result)
    {
        float[] m0 = _clean[0];
        float[] m1 = order > 1 ? _clean[1] : m0;
        float[] m2 = order > 2 ? _clean[2] : m0;
        UniPCUpdate.Apply(Levels, from, order, corrects, source, m0, m1, m2, _estimate, result);
    }
}
