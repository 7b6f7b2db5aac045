using System.Diagnostics;
using LongTake.Evaluation.Trials;
using Spectre.Console;
using static System.FormattableString;

namespace LongTake.Cli.Evaluate;

/// <summary>Shows how far a part of a trial is: a moving bar for people, a line every half minute for files.</summary>
internal sealed class TrialDisplay(CliEnvironment environment) : IProgress<TrialProgress>
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);

    private readonly Stopwatch _sinceStart = new();
    private readonly Stopwatch _sinceLine = new();
    private ProgressTask? _task;
    private string? _part;

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    public T Show<T>(Func<T> work)
    {
        if (!environment.Interactive)
        {
            return work();
        }
        return environment.Console.Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                _task = context.AddTask("loading");
                try
                {
                    T result = work();
                    _task.StopTask();
                    return result;
                }
                finally
                {
                    _task = null;
                }
            });
    }

    /// <inheritdoc/>
    public void Report(TrialProgress value)
    {
        if (value.Part != _part)
        {
            _part = value.Part;
            _sinceStart.Restart();
            _sinceLine.Reset();
        }
        string line = Line(value, _sinceStart.Elapsed);
        if (_task is not null)
        {
            _task.Description = Markup.Escape(line);
            _task.MaxValue = value.Of;
            _task.Value = value.Done;
        }
        else if (!_sinceLine.IsRunning || _sinceLine.Elapsed >= LineInterval || value.Done == value.Of)
        {
            environment.Note(line);
            _sinceLine.Restart();
        }
    }

    /// <summary>"causal: 24 of 128 videos, 1:10 done, 5:03 left".</summary>
    internal static string Line(TrialProgress p, TimeSpan elapsed)
    {
        string left = p.Done > 0 && p.Done < p.Of ? $", {Sizes.Time(elapsed * ((p.Of - p.Done) / p.Done))} left" : "";
        return Invariant($"{p.Part}: {p.Done:0.#} of {p.Of} videos, {Sizes.Time(elapsed)} done{left}");
    }
}
