using LongTake.Alignment.Distillation;

namespace LongTake.Alignment.FlowGrpo;

/// <summary>How a solver step becomes a draw from a Gaussian.</summary>
public enum StepNoise
{
    /// <summary>The stochastic equation of Flow-GRPO, with s = a sqrt(sigma / (1 - sigma)).</summary>
    FlowSde,

    /// <summary>That of DanceGRPO, with s = eta at all levels.</summary>
    DanceSde,

    /// <summary>The few-step sampler's own step, which noises its clean estimate again: the policy is the one that is deployed (ours).</summary>
    Renoise,
}

/// <summary>
/// One step of a sampler as a draw x' from a Gaussian with mean <c>A x + B v</c> and deviation <c>Std</c>. All three kinds of step have this form.
/// In double precision. Source: spec rewards-and-grpo, section B3.
/// </summary>
/// <param name="A">Factor of the state.</param>
/// <param name="B">Factor of the velocity.</param>
/// <param name="Std">Deviation of the draw, S.</param>
/// <param name="Scale">s, which the released divergence divides by in place of S.</param>
internal readonly record struct GaussianStep(double A, double B, double Std, double Scale)
{
    private const double LogSqrtTwoPi = 0.91893853320467274178;

    /// <summary>The step from one noise level to the next.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="level">a of Flow-GRPO, or eta of DanceGRPO.</param>
    /// <param name="sigma">Noise level now.</param>
    /// <param name="next">Noise level afterwards, smaller and above 0.</param>
    /// <param name="guard">Level in place of <paramref name="sigma"/> inside 1 - sigma where that is 0.</param>
    public static GaussianStep Of(StepNoise kind, double level, double sigma, double next, double guard)
    {
        double dt = next - sigma;
        if (kind == StepNoise.Renoise)
        {
            return new GaussianStep(1 - next, -(1 - next) * sigma, next, next);
        }
        double s = kind == StepNoise.DanceSde ? level : level * Math.Sqrt(sigma / (1 - (sigma == 1 ? guard : sigma)));
        double half = s * s / (2 * sigma);
        return new GaussianStep(1 + (half * dt), (1 + (half * (1 - sigma))) * dt, s * Math.Sqrt(-dt), s);
    }

    /// <summary>The steps of a few-step sampler but the last, which ends at clean latents and draws nothing.</summary>
    public static GaussianStep[] For(StepNoise kind, double level, FewStepLevels levels) =>
    [
        .. Enumerable.Range(0, levels.Count - 1).Select(k => Of(kind, level, levels.Sigmas[k], levels.Sigmas[k + 1], levels.Sigmas[1])),
    ];

    /// <summary>Draws the next state.</summary>
    /// <param name="x">The state; takes the next one.</param>
    /// <param name="velocity">What was predicted for it.</param>
    /// <param name="noise">Standard normal.</param>
    public void Draw(Span<float> x, ReadOnlySpan<float> velocity, ReadOnlySpan<float> noise)
    {
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (float)((A * x[i]) + (B * velocity[i]) + (Std * noise[i]));
        }
    }

    /// <summary>Log-density of a state that followed, the mean over its dimensions.</summary>
    /// <param name="x">The state.</param>
    /// <param name="velocity">What the policy predicts for it.</param>
    /// <param name="next">The state that followed.</param>
    public double LogProbability(ReadOnlySpan<float> x, ReadOnlySpan<double> velocity, ReadOnlySpan<float> next)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double d = next[i] - (A * x[i]) - (B * velocity[i]);
            sum += d * d;
        }
        return -(sum / x.Length / (2 * Std * Std)) - Math.Log(Std) - LogSqrtTwoPi;
    }

    /// <summary>Adds coefficient dlog p / dvelocity.</summary>
    /// <inheritdoc cref="LogProbability"/>
    public void AddGradient(ReadOnlySpan<float> x, ReadOnlySpan<double> velocity, ReadOnlySpan<float> next, double coefficient, Span<double> gradient)
    {
        double factor = coefficient * B / (Std * Std * x.Length);
        for (int i = 0; i < x.Length; i++)
        {
            gradient[i] += factor * (next[i] - (A * x[i]) - (B * velocity[i]));
        }
    }

    /// <summary>Divergence of two policies' draws, the mean over dimensions: (difference of means)^2 / (2 s^2), or with S for s where exact.</summary>
    /// <param name="velocity">Of the policy.</param>
    /// <param name="reference">Of the reference.</param>
    /// <param name="exact">Whether to divide by the deviation of the draw; the released code does not.</param>
    /// <param name="weight">Weight of the divergence in <paramref name="gradient"/>.</param>
    /// <param name="gradient">Takes on the weighted derivative with respect to the policy's velocity.</param>
    /// <returns>The divergence, without its weight.</returns>
    public double AddDivergence(ReadOnlySpan<double> velocity, ReadOnlySpan<double> reference, bool exact, double weight, Span<double> gradient)
    {
        double divisor = exact ? Std : Scale, factor = B * B / (divisor * divisor * velocity.Length), sum = 0;
        for (int i = 0; i < velocity.Length; i++)
        {
            double d = velocity[i] - reference[i];
            sum += factor * d * d / 2;
            gradient[i] += weight * factor * d;
        }
        return sum;
    }
}
