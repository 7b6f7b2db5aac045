using System.Diagnostics;
using LongTake.Generation.Streaming;
using Spectre.Console;
using static System.FormattableString;

namespace LongTake.Cli.Generate;

/// <summary>
/// Shows how far a run is: a moving bar for people, and for files a line at the beginning, every few seconds, and at the end.
/// </summary>
internal sealed class ProgressDisplay(CliEnvironment environment) : IProgress<GenerationProgress>
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _sinceLine = new();
    private ProgressTask? _task;

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    public async Task ShowAsync(long? chunks, Func<Task> work)
    {
        if (!environment.Interactive)
        {
            await work().ConfigureAwait(false);
            return;
        }
        TaskDescriptionColumn text = new() { Alignment = Justify.Left };
        await environment.Console.Progress()
            .AutoClear(false)
            .Columns(chunks is null
                ? [new SpinnerColumn(), text]
                : [new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), text])
            .StartAsync(async context =>
            {
                _task = context.AddTask("first chunk", maxValue: chunks ?? 1);
                _task.IsIndeterminate = chunks is null;
                await work().ConfigureAwait(false);
                _task.StopTask();
            })
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Report(GenerationProgress value)
    {
        string line = Line(value);
        if (_task is not null)
        {
            _task.Description = Markup.Escape(line);
            if (value.Chunks is not null)
            {
                _task.Value = value.Chunk;
            }
            return;
        }
        if (!_sinceLine.IsRunning || _sinceLine.Elapsed >= LineInterval || value.Chunk == value.Chunks)
        {
            environment.Note(line);
            _sinceLine.Restart();
        }
    }

    /// <summary>"chunk 3/7, 2.1 s of video, 14.2 frames/s, 0:12 left, 310.2 MB".</summary>
    internal static string Line(GenerationProgress p)
    {
        string of = p.Chunks is long n ? Invariant($"/{n}") : "";
        string left = p.Remaining is TimeSpan time ? $", {Sizes.Time(time)} left" : "";
        return Invariant(
            $"chunk {p.Chunk}{of}, {p.VideoSeconds:0.0} s of video, {p.FramesPerSecond:0.0} frames/s{left}, {Sizes.Bytes(p.MemoryBytes)}");
    }
}
