namespace LongTake.Generation.Schedulers;

/// <summary>
/// The table of noise levels of flow matching, x_sigma = (1 - sigma) x0 + sigma noise, that the few-step causal models
/// were trained with: by default 1000 entries, u_i = 1 - i/1000, shifted. Timesteps are 1000 sigma in single precision and stay
/// fractional. Source: autoregressive-streaming.md 3.2 and 4.1, wan-model.md 6.1.
/// </summary>
public sealed class FlowMatchSchedule
{
    /// <summary>Timestep of pure noise.</summary>
    public const int TrainTimesteps = 1000;

    /// <summary>Smallest sigma of the schedule that flow-matching toolkits use by default, where the few-step models use 0.</summary>
    public const double DefaultSigmaMin = 0.003 / 1.002;

    private readonly float[] _sigmas;
    private readonly float[] _timesteps;

    /// <summary>Makes the table.</summary>
    /// <param name="shift">Timestep shift; 5 for the released causal models (8 where a checkpoint says so).</param>
    /// <param name="steps">Entries.</param>
    /// <param name="sigmaMin">Where the unshifted levels end.</param>
    /// <param name="extraStep">Whether the end itself is left out, so that the last entry is one stride above it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public FlowMatchSchedule(double shift = 5.0, int steps = TrainTimesteps, double sigmaMin = 0.0, bool extraStep = true)
    {
        SigmaGrids.CheckSteps(steps);
        SigmaGrids.CheckShift(shift);
        Shift = shift;
        _sigmas = new float[steps];
        _timesteps = new float[steps];
        int points = extraStep ? steps + 1 : steps;
        float start = 1f;
        float end = (float)sigmaMin;
        float stride = points > 1 ? (end - start) / (points - 1) : 0f;
        float s = (float)shift;
        for (int i = 0; i < steps; i++)
        {
            // Built from both ends, in single precision, as the training code's table is.
            float u = i < points / 2 ? start + (stride * i) : end - (stride * (points - 1 - i));
            _sigmas[i] = s * u / (1f + ((s - 1f) * u));
            _timesteps[i] = _sigmas[i] * TrainTimesteps;
        }
    }

    /// <summary>The shift of the table.</summary>
    public double Shift { get; }

    /// <summary>Noise levels, falling.</summary>
    public IReadOnlyList<float> Sigmas => _sigmas;

    /// <summary>1000 sigma, falling; what the network is told.</summary>
    public IReadOnlyList<float> Timesteps => _timesteps;

    /// <summary>Index of the entry whose timestep is nearest; the first of equals.</summary>
    public int IndexOf(float timestep)
    {
        int best = 0;
        float distance = float.PositiveInfinity;
        for (int i = 0; i < _timesteps.Length; i++)
        {
            float d = MathF.Abs(_timesteps[i] - timestep);
            if (d < distance)
            {
                distance = d;
                best = i;
            }
        }
        return best;
    }

    /// <summary>Sigma of the nearest entry. Timestep 0 gives the last entry (0.00498 for shift 5), not 0.</summary>
    public float SigmaOf(float timestep) => _sigmas[IndexOf(timestep)];

    /// <summary>
    /// Timesteps of a few-step list such as 1000, 750, 500, 250. Warped, each number is a place in the table (shift 5:
    /// 1000, 937.5, 833.33, 625); otherwise the numbers are timesteps already.
    /// </summary>
    /// <exception cref="ArgumentException">The list is empty, does not fall, or leaves 1..1000 (warped lists end above 0).</exception>
    public float[] FewStepTimesteps(IReadOnlyList<int> steps, bool warp = true)
    {
        if (steps.Count == 0)
        {
            throw new ArgumentException("A list of denoising steps names at least one step.", nameof(steps));
        }
        if (warp && _timesteps.Length != TrainTimesteps)
        {
            throw new InvalidOperationException(
                $"Step lists are warped with a table of {TrainTimesteps} entries, not {_timesteps.Length}.");
        }
        float[] result = new float[steps.Count];
        for (int i = 0; i < result.Length; i++)
        {
            if (steps[i] is < 1 or > TrainTimesteps || (i > 0 && steps[i] >= steps[i - 1]))
            {
                throw new ArgumentException(
                    $"Denoising steps fall from at most {TrainTimesteps} to at least 1, but step {i} is {steps[i]}.", nameof(steps));
            }
            result[i] = warp ? _timesteps[TrainTimesteps - steps[i]] : steps[i];
        }
        return result;
    }

    /// <summary>Noises clean latents to a level: (1 - sigma) x0 + sigma noise in single precision.</summary>
    public static void AddNoise(ReadOnlySpan<float> clean, ReadOnlySpan<float> noise, float sigma, Span<float> noisy)
    {
        float keep = 1f - sigma;
        for (int i = 0; i < noisy.Length; i++)
        {
            noisy[i] = (keep * clean[i]) + (sigma * noise[i]);
        }
    }

    /// <summary>x0 = x - sigma v, in double precision. <paramref name="clean"/> may be one of the inputs.</summary>
    public static void ToClean(ReadOnlySpan<float> noisy, ReadOnlySpan<float> velocity, double sigma, Span<float> clean)
    {
        for (int i = 0; i < clean.Length; i++)
        {
            clean[i] = (float)(noisy[i] - (sigma * velocity[i]));
        }
    }

    /// <summary>v = (x - x0) / sigma, in double precision. <paramref name="velocity"/> may be one of the inputs.</summary>
    public static void ToVelocity(ReadOnlySpan<float> noisy, ReadOnlySpan<float> clean, double sigma, Span<float> velocity)
    {
        for (int i = 0; i < velocity.Length; i++)
        {
            velocity[i] = (float)(((double)noisy[i] - clean[i]) / sigma);
        }
    }

    /// <summary>
    /// Loss weights by table entry: a bell over the timesteps, lowered to 0 at its smallest and scaled to mean 1.
    /// Source: autoregressive-streaming.md 10.4.
    /// </summary>
    public float[] TrainingWeights()
    {
        double n = _timesteps.Length;
        double[] y = new double[_timesteps.Length];
        for (int i = 0; i < y.Length; i++)
        {
            double z = (_timesteps[i] - (n / 2)) / n;
            y[i] = Math.Exp(-2 * z * z);
        }
        double least = y.Min();
        double scale = n / y.Sum(v => v - least);
        return Array.ConvertAll(y, v => (float)((v - least) * scale));
    }
}
