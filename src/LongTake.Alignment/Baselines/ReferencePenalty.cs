namespace LongTake.Alignment.Baselines;

/// <summary>
/// Divergence from the initial policy as a mean squared difference of velocities: weight |v - v_ref|^2. Source: spec rewards-and-grpo, sections B5
/// and B8.
/// </summary>
internal static class ReferencePenalty
{
    /// <summary>Adds the penalty's derivative and gives the divergence, without its weight.</summary>
    /// <param name="velocities">What was predicted; without a reference there is no penalty.</param>
    /// <param name="weight">Weight.</param>
    /// <param name="gradient">Taken on.</param>
    public static double Add(in ProbeVelocities velocities, double weight, Span<double> gradient)
    {
        double[] predicted = velocities.Predicted, reference = velocities.Reference;
        double sum = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double d = predicted[i] - reference[i];
            sum += d * d / reference.Length;
            gradient[i] += weight * 2 * d / reference.Length;
        }
        return sum;
    }
}
