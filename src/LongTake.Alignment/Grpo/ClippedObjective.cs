namespace LongTake.Alignment.Grpo;

/// <summary>Limits of the ratio between the policy that is trained and the one that acted.</summary>
/// <param name="Low">How far below 1, in [0, 1]; with 1 there is no limit.</param>
/// <param name="High">How far above 1, at least 0; infinite for no limit.</param>
public readonly record struct ClipRange(double Low, double High)
{
    /// <summary>0.1 below and 0.2 above, for categorical policies.</summary>
    public static ClipRange Default { get; } = new(0.1, 0.2);

    /// <summary>No limits.</summary>
    public static ClipRange None { get; } = new(1, double.PositiveInfinity);
}

/// <summary>
/// The clipped surrogate of PPO over one group: L = -mean of min(r A, clip(r, 1 - low, 1 + high) A) with r = exp(log new - log old).
/// Source: spec rewards-and-grpo, section B4.
/// </summary>
public sealed class ClippedObjective
{
    /// <summary>Log-ratios beyond this are cut before the exponential.</summary>
    public const double LogRatioLimit = 20;

    private ClippedObjective(double loss, double[] ratios, double[] gradient, int clipped)
    {
        Loss = loss;
        Ratios = ratios;
        Gradient = gradient;
        Clipped = clipped;
    }

    /// <summary>L.</summary>
    public double Loss { get; }

    /// <summary>r, one a member.</summary>
    public IReadOnlyList<double> Ratios { get; }

    /// <summary>
    /// dL / d log new, one a member: -r A / G, and zero where the clip holds (A &gt; 0 and r &gt; 1 + high, or A &lt; 0 and r &lt; 1 - low).
    /// </summary>
    public IReadOnlyList<double> Gradient { get; }

    /// <summary>Members whose gradient the clip has cut.</summary>
    public int Clipped { get; }

    /// <summary>Evaluates the objective.</summary>
    /// <param name="logNew">Log-probabilities under the policy that is trained.</param>
    /// <param name="logOld">Log-probabilities under the policy that acted.</param>
    /// <param name="advantages">One a member.</param>
    /// <param name="clip">Limits of the ratio.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static ClippedObjective Of(ReadOnlySpan<double> logNew, ReadOnlySpan<double> logOld, ReadOnlySpan<double> advantages, ClipRange clip)
    {
        int n = logNew.Length;
        if (logOld.Length != n || advantages.Length != n || n == 0)
        {
            throw new ArgumentException($"A group has as many log-probabilities as advantages: {n}, {logOld.Length} and {advantages.Length} were given.");
        }
        double loss = 0;
        int clipped = 0;
        double[] ratios = new double[n], gradient = new double[n];
        for (int i = 0; i < n; i++)
        {
            double log = logNew[i] - logOld[i], a = advantages[i];
            double r = ratios[i] = Math.Exp(Math.Clamp(log, -LogRatioLimit, LogRatioLimit));
            loss -= Math.Min(r * a, Math.Clamp(r, 1 - clip.Low, 1 + clip.High) * a) / n;
            bool cut = (a > 0 && r > 1 + clip.High) || (a < 0 && r < 1 - clip.Low);
            clipped += cut ? 1 : 0;
            gradient[i] = cut || Math.Abs(log) > LogRatioLimit ? 0 : -r * a / n;
        }
        return new ClippedObjective(loss, ratios, gradient, clipped);
    }
}
