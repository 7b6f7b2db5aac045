namespace LongTake.Generation.Schedulers;

/// <summary>One predictor or corrector step of UniPC in the "bh2" form with clean-sample prediction. Source: wan-model.md 6.5, miga.md 3.3.</summary>
internal static class UniPCUpdate
{
    public const int MaxOrder = 3;

    /// <summary>
    /// Integrates from level <paramref name="from"/> to the next, starting at <paramref name="source"/>; the corrector also uses the estimate at the level
    /// it arrives at.
    /// </summary>
    /// <param name="sigmas">Noise levels.</param>
    /// <param name="from">Level to start from.</param>
    /// <param name="order">Estimates to use.</param>
    /// <param name="corrects">Whether <paramref name="arrived"/> is used.</param>
    /// <param name="source">Sample at the level.</param>
    /// <param name="m0">Newest estimate of the clean sample.</param>
    /// <param name="m1">The one before; any for order 1.</param>
    /// <param name="m2">The one before that; any below order 3.</param>
    /// <param name="arrived">Estimate at the next level.</param>
    /// <param name="result">Sample at the next level.</param>
    public static void Apply(
        ReadOnlySpan<float> sigmas,
        int from,
        int order,
        bool corrects,
        ReadOnlySpan<float> source,
        ReadOnlySpan<float> m0,
        ReadOnlySpan<float> m1,
        ReadOnlySpan<float> m2,
        ReadOnlySpan<float> arrived,
        Span<float> result)
    {
        double h = Lambda(sigmas, from + 1) - Lambda(sigmas, from);
        double phi = Math.Exp(-h) - 1;
        Span<double> ratios = stackalloc double[MaxOrder];
        Span<double> weights = stackalloc double[MaxOrder];
        for (int i = 1; i < order; i++)
        {
            ratios[i - 1] = (Lambda(sigmas, from - i) - Lambda(sigmas, from)) / h;
        }
        ratios[order - 1] = 1.0;
        int rows = corrects ? order : order - 1;
        SolveWeights(ratios, h, phi, rows, weights);

        // result = keep x + w0 m0 + w1 m1 + w2 m2 + wn new, with D_i = (m_i - m0) / r_i and D_new = new - m0.
        double keep = (double)sigmas[from + 1] / sigmas[from];
        double scale = -(1.0 - sigmas[from + 1]) * phi;
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
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (float)((keep * source[i]) + (w[0] * m0[i]) + (w[1] * m1[i]) + (w[2] * m2[i]) + (wNew * arrived[i]));
        }
    }

    /// <summary>Half the logarithm of the signal-to-noise ratio; -infinity at sigma 1, +infinity at sigma 0.</summary>
    private static double Lambda(ReadOnlySpan<float> sigmas, int level) => Math.Log(1.0 - sigmas[level]) - Math.Log(sigmas[level]);

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
