namespace LongTake.Generation.Schedulers;

/// <summary>
/// Noise levels of models that were trained to predict noise (DDPM), as DDIM steps through them: betas are the squares of a straight line between two roots,
/// timesteps the whole numbers nearest to even steps from 0 to 999. Source: miga.md 3.2.
/// </summary>
public sealed class DdimSchedule
{
    private const int TrainTimesteps = 1000;

    private readonly double[] _alphas;
    private readonly int[] _timesteps;

    /// <summary>Makes the table.</summary>
    /// <param name="steps">Steps, 2 to 1000.</param>
    /// <param name="betaStart">First beta.</param>
    /// <param name="betaEnd">Last beta.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public DdimSchedule(int steps, double betaStart = 0.00085, double betaEnd = 0.012)
    {
        if (steps is < 2 or > TrainTimesteps)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), steps, "DDIM takes 2 to 1000 steps.");
        }
        if (!(betaStart > 0 && betaEnd >= betaStart && betaEnd < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(betaStart), betaStart, "Betas rise from above 0 to below 1.");
        }
        double[] cumulative = new double[TrainTimesteps];
        double product = 1;
        double first = Math.Sqrt(betaStart);
        double last = Math.Sqrt(betaEnd);
        for (int t = 0; t < TrainTimesteps; t++)
        {
            double root = first + (t * (last - first) / (TrainTimesteps - 1));
            cumulative[t] = product *= 1 - (root * root);
        }
        _timesteps = new int[steps];
        _alphas = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            _timesteps[i] = (int)Math.Round(i * (TrainTimesteps - 1.0) / (steps - 1));
            _alphas[i] = cumulative[_timesteps[i]];
        }
    }

    /// <summary>Steps.</summary>
    public int Steps => _timesteps.Length;

    /// <summary>Timesteps, rising; the last is the noisiest.</summary>
    public IReadOnlyList<int> Timesteps => _timesteps;

    /// <summary>Share of signal power (alpha bar) at an index; below 0 it is that of index 0, the end of the schedule.</summary>
    public double Alpha(int index) => _alphas[Math.Max(0, index)];
}
