namespace LongTake.Evaluation.Statistics;

/// <summary>The few values of Student's and the normal distribution that 95 % intervals need.</summary>
internal static class StudentQuantile
{
    private const double Normal = 1.959963985;

    private static readonly double[] Few = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912];

    /// <summary>The 97.5 % quantile; for 7 and more degrees of freedom by its expansion, right to 0.001.</summary>
    /// <param name="freedom">Degrees of freedom, at least 1. Source of the expansion: Abramowitz and Stegun, 26.7.5.</param>
    public static double Upper(int freedom)
    {
        if (freedom <= Few.Length)
        {
            return Few[freedom - 1];
        }
        double z = Normal, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, n = freedom;
        return z
            + ((z3 + z) / 4 / n)
            + (((5 * z5) + (16 * z3) + (3 * z)) / 96 / (n * n))
            + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * z)) / 384 / (n * n * n));
    }

    /// <summary>Probability that a normal variable is above <paramref name="x"/>, right to 7.5e-8.</summary>
    /// <param name="x">Not negative. Source: Abramowitz and Stegun, 26.2.17.</param>
    public static double NormalTail(double x)
    {
        double t = 1 / (1 + (0.2316419 * x));
        double polynomial = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
    }
}
