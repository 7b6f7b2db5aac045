using System.Globalization;
using LongTake.Alignment.Training;

namespace LongTake.Cli.Train;

/// <summary>Shows how far a training is.</summary>
internal sealed class TrainingDisplay(CliEnvironment environment) : IProgress<TrainingProgress>, IProgress<(int Done, int Wanted)>
{
    private readonly ProgressBarDisplay _bar = new(environment, keep: true);

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    public T Show<T>(Func<T> work) => _bar.Show("preparing", work);

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => _bar.Report(Line(value), value.Step, value.Steps);

    /// <inheritdoc/>
    public void Report((int Done, int Wanted) value) => _bar.Report(
        string.Create(CultureInfo.InvariantCulture, $"preparing clip {value.Done}/{value.Wanted}"), value.Done, value.Wanted);

    /// <summary>"step 120/4000, loss 0.0312, gradient 0.81, rate 0.00100, psnr 31.2, 0:12:10 done, 1:02:03 left".</summary>
    internal static string Line(TrainingProgress p)
    {
        string details = p.Details.Length > 0 ? ", " + p.Details : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"step {p.Step}/{p.Steps}, loss {p.Loss:0.0000}, gradient {p.GradientNorm:0.00}, rate {p.LearningRate:0.00000}{details}, "
            + $"{Sizes.Time(p.Elapsed)} done, {Sizes.Time(p.Remaining)} left");
    }
}
