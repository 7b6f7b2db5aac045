using System.Diagnostics;
using System.Globalization;
using LongTake.Alignment.Training;
using Spectre.Console;

namespace LongTake.Cli.Train;

/// <summary>Shows how far a training is: a moving bar for people, a line every half minute for files.</summary>
internal sealed class TrainingDisplay(CliEnvironment environment) : IProgress<TrainingProgress>, IProgress<(int Done, int Wanted)>
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);

    private readonly Stopwatch _sinceLine = new();
    private ProgressTask? _task;

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    public T Show<T>(Func<T> work)
    {
        if (!environment.Interactive)
        {
            return work();
        }
        return environment.Console.Progress()
            .AutoClear(false)
            .Columns(
                new SpinnerColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                _task = context.AddTask("preparing");
                T result = work();
                _task.StopTask();
                return result;
            });
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => Show(Line(value), value.Step, value.Steps);

    /// <inheritdoc/>
    public void Report((int Done, int Wanted) value) => Show(
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

    private void Show(string line, int done, int wanted)
    {
        if (_task is not null)
        {
            _task.Description = Markup.Escape(line);
            _task.MaxValue = wanted;
            _task.Value = done;
        }
        else if (!_sinceLine.IsRunning || _sinceLine.Elapsed >= LineInterval || done == wanted)
        {
            environment.Note(line);
            _sinceLine.Restart();
        }
    }
}
