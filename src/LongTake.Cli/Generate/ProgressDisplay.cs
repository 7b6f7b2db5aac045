using System.Diagnostics;
using LongTake.Generation.Clips;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Streaming;
using Spectre.Console;
using static System.FormattableString;

namespace LongTake.Cli.Generate;

/// <summary>
/// Shows how far a run is: a moving bar for people, and for files a line at the beginning, every few seconds, and at the end. Of a story
/// with several scenes also which one is in work: above the bar, or as a line where it begins.
/// </summary>
/// <param name="environment">Where it is shown.</param>
/// <param name="scenes">The scenes; null to show none.</param>
internal sealed class ProgressDisplay(CliEnvironment environment, SceneList? scenes = null) : IProgress<GenerationProgress>
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _sinceLine = new();
    private ProgressTask? _task;
    private long _chunk;
    private int _scene = -1;

    private bool HasScenes => scenes is { Count: > 1 };

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    /// <param name="chunks">Chunks of the video; null if there is no end.</param>
    /// <param name="firstChunk">The chunk that the run begins with.</param>
    /// <param name="work">Reports by <see cref="Report"/>.</param>
    public async Task ShowAsync(long? chunks, long firstChunk, Func<Task> work)
    {
        _chunk = firstChunk;
        if (!environment.Interactive)
        {
            NoteScene();
            await work().ConfigureAwait(false);
            return;
        }
        TaskDescriptionColumn text = new() { Alignment = Justify.Left };
        Progress progress = environment.Console.Progress();
        if (HasScenes)
        {
            progress.UseRenderHook((bar, _) => new Rows(new SceneRows(scenes!, Volatile.Read(ref _chunk)), bar));
        }
        await progress
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

        // After the last chunk its scene stays in view.
        Volatile.Write(ref _chunk, value.Chunk < value.Chunks || value.Chunks is null ? value.Chunk : value.Chunk - 1);
        if (_task is not null)
        {
            _task.Description = Markup.Escape(line);
            if (value.Chunks is long all)
            {
                _task.Value = value.Share is double share ? share * all : value.Chunk;
            }
            return;
        }
        if (!_sinceLine.IsRunning || _sinceLine.Elapsed >= LineInterval || value.Chunk == value.Chunks)
        {
            environment.Note(line);
            _sinceLine.Restart();
        }
        NoteScene();
    }

    /// <summary>A line where a scene begins.</summary>
    private void NoteScene()
    {
        if (HasScenes && scenes!.At(_chunk) is int scene && scene != _scene)
        {
            _scene = scene;
            environment.Note(scenes.Line(scene));
        }
    }

    /// <summary>
    /// "chunk 3/7, 2.1 s of video, 14.2 frames/s, 0:12 left, 310.2 MB"; where most of the work lies before the first chunk also "call 120/1032";
    /// of a method that judges what it makes ", judged 41, searched 6, replaced 5"; where there is a far sink, followed by ", sink 133 away, C 0.56" (its distance in latent frames and the phase concentration there).
    /// </summary>
    internal static string Line(GenerationProgress p)
    {
        string of = p.Chunks is long n ? Invariant($"/{n}") : "";
        string left = p.Remaining is TimeSpan time ? $", {Sizes.Time(time)} left" : "";
        string call = p.AllCalls is long calls ? Invariant($", call {p.Calls}/{Math.Max(p.Calls, calls)}") : "";
        string searches = p.Searches is SearchCounts counts ? $", {JudgmentLog.Line(counts)}" : "";
        string sink = p.FarPhase is PhaseView far ? Invariant($", sink {far.Distance:0} away, C {far.Concentration:0.00}") : "";
        return Invariant(
            $"chunk {p.Chunk}{of}{call}, {p.VideoSeconds:0.0} s of video, {p.FramesPerSecond:0.0} frames/s{left}, {Sizes.Bytes(p.MemoryBytes)}{searches}{sink}");
    }
}
