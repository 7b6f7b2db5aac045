using LongTake.Generation.Schedulers;

namespace LongTake.Generation.Clips;

/// <summary>
/// DDIM latent by latent, for networks that predict noise (there is none among the Wan models). Level s has index T - 1 - s of the schedule; the step from
/// index 0 changes nothing, so that T levels are T - 1 effective steps. Source: miga.md 3.2.
/// </summary>
public sealed class LatentDdim : LatentSolver
{
    private readonly DdimSchedule _schedule;
    private readonly double _eta;

    /// <summary>Makes a solver.</summary>
    /// <param name="schedule">The noise levels.</param>
    /// <param name="eta">Share of noise that is drawn anew, 0 (none) to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Eta is out of its range.</exception>
    public LatentDdim(DdimSchedule schedule, double eta = 1.0)
    {
        if (eta is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(eta), eta, "eta lies between 0 and 1.");
        }
        _schedule = schedule;
        _eta = eta;
    }

    /// <inheritdoc/>
    public override int Steps => _schedule.Steps;

    /// <inheritdoc/>
    public override bool NeedsNoise => _eta > 0;

    /// <inheritdoc/>
    public override float Timestep(int level) => _schedule.Timesteps[Math.Max(0, Index(level))];

    /// <inheritdoc/>
    public override void AddNoise(ReadOnlySpan<float> clean, ReadOnlySpan<float> noise, int level, Span<float> noisy)
    {
        double a = _schedule.Alpha(Index(level));
        double keep = Math.Sqrt(a);
        double add = Math.Sqrt(1 - a);
        for (int i = 0; i < noisy.Length; i++)
        {
            noisy[i] = (float)((keep * clean[i]) + (add * noise[i]));
        }
    }

    /// <inheritdoc/>
    public override void ToClean(ReadOnlySpan<float> sample, ReadOnlySpan<float> prediction, int level, Span<float> clean)
    {
        double a = _schedule.Alpha(Index(level));
        double scale = 1 / Math.Sqrt(a);
        double noise = Math.Sqrt(1 - a);
        for (int i = 0; i < clean.Length; i++)
        {
            clean[i] = (float)((sample[i] - (noise * prediction[i])) * scale);
        }
    }

    /// <inheritdoc/>
    public override void Step(
        int level, ReadOnlySpan<float> prediction, Span<float> sample, Span<float> history, ref SolverMemory memory, ReadOnlySpan<float> noise)
    {
        int index = Index(level);
        double a = _schedule.Alpha(index);
        double next = _schedule.Alpha(index - 1);
        double sigma = index == 0 ? 0 : _eta * Math.Sqrt((1 - next) / (1 - a) * (1 - (a / next)));
        double scale = Math.Sqrt(next / a);
        double root = Math.Sqrt(1 - a);
        double direction = Math.Sqrt(Math.Max(0, 1 - next - (sigma * sigma)));
        for (int i = 0; i < sample.Length; i++)
        {
            double fresh = sigma > 0 ? sigma * noise[i] : 0;
            sample[i] = (float)((scale * (sample[i] - (root * prediction[i]))) + (direction * prediction[i]) + fresh);
        }
    }

    private int Index(int level) => Steps - 1 - level;
}
