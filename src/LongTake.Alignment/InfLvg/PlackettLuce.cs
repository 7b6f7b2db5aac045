namespace LongTake.Alignment.InfLvg;

/// <summary>
/// Probability of an ordered subset that was drawn without replacement, each element in proportion to exp(score) among what was left, and its
/// gradient; both in one pass over the scores. Sums are in double precision: with tens of thousands of choices the logarithm is of the order of
/// -1e5, where single precision has no digits left for what an update changes. Source: spec inflvg, sections 5 and 5.1.
/// </summary>
public static class PlackettLuce
{
    /// <summary>log P(order).</summary>
    /// <param name="scores">alpha; shifting all of them changes nothing.</param>
    /// <param name="order">Indices, first drawn first; all different, at least one.</param>
    /// <exception cref="ArgumentException">The order is empty, names an index twice or one that there is not.</exception>
    public static double LogProbability(ReadOnlySpan<double> scores, ReadOnlySpan<int> order)
    {
        double[] remaining = LogRemaining(scores, order, out _);
        return Sum(scores, order, remaining);
    }

    /// <summary>Adds <paramref name="coefficient"/> x d log P(order) / d scores to a gradient.</summary>
    /// <param name="scores">alpha.</param>
    /// <param name="order">Indices, first drawn first.</param>
    /// <param name="coefficient">Factor on the gradient.</param>
    /// <param name="gradient">As long as the scores.</param>
    /// <returns>log P(order).</returns>
    /// <exception cref="ArgumentException">The order cannot be, or the gradient has another length.</exception>
    public static double AddGradient(ReadOnlySpan<double> scores, ReadOnlySpan<int> order, double coefficient, Span<double> gradient)
    {
        if (gradient.Length != scores.Length)
        {
            throw new ArgumentException($"{scores.Length} scores have as many derivatives, not {gradient.Length}.", nameof(gradient));
        }
        double[] remaining = LogRemaining(scores, order, out bool[] isDrawn);

        // d log P / d alpha_i = [i drawn] - exp(alpha_i) S, S = sum of 1 / D_k over the draws that i was there for.
        double logSum = double.NegativeInfinity;
        for (int k = 0; k < order.Length; k++)
        {
            logSum = LogAdd(logSum, -remaining[k]);
            gradient[order[k]] += coefficient * (1 - Math.Exp(scores[order[k]] + logSum));
        }
        for (int i = 0; i < scores.Length; i++)
        {
            if (!isDrawn[i])
            {
                gradient[i] -= coefficient * Math.Exp(scores[i] + logSum);
            }
        }
        return Sum(scores, order, remaining);
    }

    /// <summary>For every draw the log-sum-exp of the scores that were still there, from the last draw to the first.</summary>
    private static double[] LogRemaining(ReadOnlySpan<double> scores, ReadOnlySpan<int> order, out bool[] isDrawn)
    {
        isDrawn = new bool[scores.Length];
        if (order.IsEmpty)
        {
            throw new ArgumentException("An order of nothing has no probability to speak of; draw at least one.", nameof(order));
        }
        foreach (int i in order)
        {
            if (i < 0 || i >= scores.Length || isDrawn[i])
            {
                throw new ArgumentException($"Number {i} of {scores.Length} was drawn twice, or is not there.", nameof(order));
            }
            isDrawn[i] = true;
        }
        double most = double.NegativeInfinity;
        for (int i = 0; i < scores.Length; i++)
        {
            most = isDrawn[i] ? most : Math.Max(most, scores[i]);
        }
        double rest = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            rest += isDrawn[i] ? 0 : Math.Exp(scores[i] - most);
        }
        double log = double.IsNegativeInfinity(most) ? most : most + Math.Log(rest);
        double[] remaining = new double[order.Length];
        for (int k = order.Length - 1; k >= 0; k--)
        {
            remaining[k] = log = LogAdd(log, scores[order[k]]);
        }
        return remaining;
    }

    private static double Sum(ReadOnlySpan<double> scores, ReadOnlySpan<int> order, double[] remaining)
    {
        double sum = 0;
        for (int k = 0; k < order.Length; k++)
        {
            sum += scores[order[k]] - remaining[k];
        }
        return sum;
    }

    private static double LogAdd(double a, double b)
    {
        double most = Math.Max(a, b);
        return double.IsNegativeInfinity(most) ? most : most + Math.Log(Math.Exp(a - most) + Math.Exp(b - most));
    }
}
