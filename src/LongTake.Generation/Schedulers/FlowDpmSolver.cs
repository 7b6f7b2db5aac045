namespace LongTake.Generation.Schedulers;

/// <summary>How the second-order step of <see cref="FlowDpmSolver"/> weighs the slope.</summary>
public enum DpmSecondOrder
{
    /// <summary>Half the first-order weight.</summary>
    Midpoint,

    /// <summary>The exact integral of a linear estimate.</summary>
    Heun,
}

/// <summary>
/// DPM-Solver++ (multistep, clean-sample prediction). Levels start at exactly 1, timesteps are whole numbers. The first and the
/// last step are first order, and the one before last at most second order in runs of fewer than 15 steps.
/// Source: wan-model.md 6.6 (order 3: the same family).
/// </summary>
public sealed class FlowDpmSolver : FlowSolver
{
    private const int ShortRun = 15;

    private readonly int _order;
    private readonly DpmSecondOrder _secondOrder;
    private readonly SampleHistory _clean;

    /// <summary>Makes a solver.</summary>
    /// <param name="steps">Steps of a run, 1 to 1000.</param>
    /// <param name="shift">Timestep shift.</param>
    /// <param name="order">1, 2 or 3.</param>
    /// <param name="secondOrder">Form of the second-order step.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public FlowDpmSolver(int steps, double shift = 5.0, int order = 2, DpmSecondOrder secondOrder = DpmSecondOrder.Midpoint)
        : base(SigmaGrids.Linear(steps, shift, 1.0), wholeTimesteps: true)
    {
        if (order is < 1 or > 3)
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "DPM-Solver++ has orders 1, 2 and 3.");
        }
        _order = order;
        _secondOrder = secondOrder;
        _clean = new SampleHistory(order);
    }

    /// <inheritdoc/>
    protected override void OnBegin() => _clean.Clear(Length);

    /// <inheritdoc/>
    protected override void OnStep(ReadOnlySpan<float> velocity, Span<float> sample)
    {
        int k = Index;
        FlowMatchSchedule.ToClean(sample, velocity, Sigma(k), _clean.Push());
        double h = Lambda(k + 1) - Lambda(k);
        double alpha = Alpha(k + 1);
        double decay = Math.Exp(-h) - 1;
        int order = Math.Min(_order, _clean.Count);
        if (k == Steps - 1)
        {
            order = 1;
        }
        else if (k == Steps - 2 && Steps < ShortRun)
        {
            order = Math.Min(order, 2);
        }

        // x' = keep x + w0 m0 + w1 m1 + w2 m2. From level 1, h, and after it h0 and h1, are infinite: their reciprocals are 0.
        double keep = Sigma(k + 1) / Sigma(k);
        double w0 = -alpha * decay;
        double w1 = 0;
        double w2 = 0;
        if (order == 2)
        {
            double perR = h / (Lambda(k) - Lambda(k - 1));
            double slope = _secondOrder == DpmSecondOrder.Midpoint ? -0.5 * alpha * decay : alpha * ((decay / h) + 1);
            w0 += slope * perR;
            w1 = -slope * perR;
        }
        else if (order == 3)
        {
            double r0 = (Lambda(k) - Lambda(k - 1)) / h;
            double r1 = (Lambda(k - 1) - Lambda(k - 2)) / h;
            double first = alpha * ((decay / h) + 1);
            double second = -alpha * (((decay + h) / (h * h)) - 0.5);

            // D1 = (1 + s) a - s b and D2 = (a - b) / (r0 + r1), with a = (m0 - m1) / r0, b = (m1 - m2) / r1, s = r0 / (r0 + r1).
            double s = r0 / (r0 + r1);
            double a = ((first * (1 + s)) + (second / (r0 + r1))) / r0;
            double b = -((first * s) + (second / (r0 + r1))) / r1;
            w0 += a;
            w1 = b - a;
            w2 = -b;
        }
        Combine(sample, keep, w0, w1, w2, order);
    }

    private void Combine(Span<float> sample, double keep, double w0, double w1, double w2, int order)
    {
        float[] m0 = _clean[0];
        float[] m1 = order > 1 ? _clean[1] : m0;
        float[] m2 = order > 2 ? _clean[2] : m0;
        for (int i = 0; i < sample.Length; i++)
        {
            sample[i] = (float)((keep * sample[i]) + (w0 * m0[i]) + (w1 * m1[i]) + (w2 * m2[i]));
        }
    }
}
