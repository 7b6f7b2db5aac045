using System.Diagnostics;
using Spectre.Console;

namespace LongTake.Cli;

/// <summary>How far work is: a moving bar for people, a line every half minute for files.</summary>
/// <param name="environment">Where it is shown.</param>
/// <param name="keep">Whether the bar stays when the work is done.</param>
internal sealed class ProgressBarDisplay(CliEnvironment environment, bool keep)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(30);

    private readonly Stopwatch _sinceLine = new();
    private ProgressTask? _task;

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    /// <param name="title">Shown until the first report.</param>
    /// <param name="work">Reports by <see cref="Report"/>.</param>
    public T Show<T>(string title, Func<T> work)
    {
        if (!environment.Interactive)
        {
            return work();
        }
        return environment.Console.Progress()
            .AutoClear(!keep)
            .Columns(
                new SpinnerColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                _task = context.AddTask(title);
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

    /// <summary>The next line is written at once: another piece of work begins.</summary>
    public void StartAnew() => _sinceLine.Reset();

    /// <summary>Shows a line and a share.</summary>
    public void Report(string line, double done, double wanted)
    {
        if (_task is not null)
        {
            _task.Description = Markup.Escape(line);
            _task.MaxValue = wanted;
            _task.Value = done;
        }
        else if (!_sinceLine.IsRunning || _sinceLine.Elapsed >= LineInterval || done >= wanted)
        {
            environment.Note(line);
            _sinceLine.Restart();
        }
    }
}
