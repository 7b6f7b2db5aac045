namespace LongTake.Generation.Schedulers;

/// <summary>
/// UniPC (multistep predictor and corrector, clean-sample prediction, "bh2"), the default solver of Wan 2.1. Levels start at 0.999 before
/// the shift, timesteps are whole numbers. The order rises from 1 at the start and falls to 1 at the end.
/// Source: wan-model.md 6.5 (order 3: the same linear system with one more row).
/// </summary>
public sealed class FlowUniPC : FlowSolver
{
    private const int MaxOrder = 3;

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
        if (order is < 1 or > MaxOrder)
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

    /// <summary>
    /// Integrates from level <paramref name="from"/> to the next, starting at <paramref name="source"/>; the corrector also uses the
    /// estimate at the level it arrives at.
    /// </summary>
    private void Update(int from, int order, bool corrects, float[] source, Span<float> result)
    {
        double h = Lambda(from + 1) - Lambda(from);
        double phi = Math.Exp(-h) - 1;
        Span<double> ratios = stackalloc double[MaxOrder];
        Span<double> weights = stackalloc double[MaxOrder];
        for (int i = 1; i < order; i++)
        {
            ratios[i - 1] = (Lambda(from - i) - Lambda(from)) / h;
        }
        ratios[order - 1] = 1.0;
        int rows = corrects ? order : order - 1;
        SolveWeights(ratios, h, phi, rows, weights);

        // result = keep x + w0 m0 + w1 m1 + w2 m2 + wn new, with D_i = (m_i - m0) / r_i and D_new = new - m0.
        double keep = Sigma(from + 1) / Sigma(from);
        double scale = -Alpha(from + 1) * phi;
        Span<double> w = stackalloc double[MaxOrder];
        w.Clear();
        w[0] = scale;
        for (int i = 1; i < order; i++)
        {
            double c = scale * weights[i - 1] / ratios[i - 1];
            w[i] = c;
            w[0] -= c;
        }
        double wNew = corrects ? scale * weights[order - 1] : 0;
        w[0] -= wNew;
        float[] m0 = _clean[0];
        float[] m1 = order > 1 ? _clean[1] : m0;
        float[] m2 = order > 2 ? _clean[2] : m0;
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (float)((keep * source[i]) + (w[0] * m0[i]) + (w[1] * m1[i]) + (w[2] * m2[i]) + (wNew * _estimate[i]));
        }
    }

    /// <summary>The weights of the differences: fixed to 1/2 where there is one, otherwise from the order conditions.</summary>
    private static void SolveWeights(ReadOnlySpan<double> ratios, double h, double phi, int rows, Span<double> weights)
    {
        weights.Clear();
        if (rows <= 1)
        {
            weights[0] = 0.5;
            return;
        }
        Span<double> matrix = stackalloc double[MaxOrder * MaxOrder];
        double term = (phi / -h) - 1;
        double factorial = 1;
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < rows; j++)
            {
                matrix[(i * MaxOrder) + j] = Math.Pow(ratios[j], i);
            }
            weights[i] = term * factorial / phi;
            factorial *= i + 2;
            term = (term / -h) - (1 / factorial);
        }
        for (int p = 0; p < rows; p++)
        {
            for (int i = 0; i < rows; i++)
            {
                if (i == p)
                {
                    continue;
                }
                double f = matrix[(i * MaxOrder) + p] / matrix[(p * MaxOrder) + p];
                for (int j = p; j < rows; j++)
                {
                    matrix[(i * MaxOrder) + j] -= f * matrix[(p * MaxOrder) + j];
                }
                weights[i] -= f * weights[p];
            }
        }
        for (int p = 0; p < rows; p++)
        {
            weights[p] /= matrix[(p * MaxOrder) + p];
        }
    }
}
