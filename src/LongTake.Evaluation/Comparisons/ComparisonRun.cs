using System.Diagnostics;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Context;
using LongTake.Generation.Streaming;
using LongTake.Generation.Video;
using LongTake.Tensors.Backends;

namespace LongTake.Evaluation.Comparisons;

/// <summary>
/// Generates and measures the videos of a plan, one after the other. Each result is on disk before the next video begins, so that a run that
/// was stopped, or killed, goes on where it was and ends with the same results.jsonl as one that was not.
/// </summary>
public sealed class ComparisonRun
{
    private const string VideosName = "videos";

    private readonly ComparisonModel _model;
    private readonly ComparisonPlan _plan;
    private readonly MetricSet _metrics;
    private readonly string _folder;
    private ComparisonStamp _stamp;
    private TimeSpan _generating;
    private TimeSpan _measured;

    /// <summary>Prepares a run.</summary>
    /// <param name="model">The model; its weights are loaded by <see cref="Execute"/>.</param>
    /// <param name="plan">What to make.</param>
    /// <param name="metrics">What to measure.</param>
    /// <param name="stamp">What all results have in common.</param>
    /// <param name="folder">Folder for results and videos; made if it is not there.</param>
    public ComparisonRun(ComparisonModel model, ComparisonPlan plan, MetricSet metrics, ComparisonStamp stamp, string folder)
    {
        _model = model;
        _plan = plan;
        _metrics = metrics;
        _stamp = stamp;
        _folder = folder;
    }

    /// <summary>Path of the results.</summary>
    public string ResultsPath => Path.Combine(_folder, ResultFile.Name);

    /// <summary>The method that generates the clips of the controls.</summary>
    public required MethodChoice Reference { get; init; }

    /// <summary>Makes what is not there yet.</summary>
    /// <param name="progress">Told after each chunk and each video.</param>
    /// <param name="cancellation">Stops after the chunk in work; its video is made again next time.</param>
    /// <returns>What was made, and how long it took.</returns>
    /// <exception cref="ReportException">The folder holds results of another comparison.</exception>
    /// <exception cref="ArgumentException">A method does not fit the stories it is asked for.</exception>
    /// <exception cref="InsufficientMemoryException">A run does not fit in memory.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ComparisonSummary Execute(IProgress<ComparisonProgress>? progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder);
        _stamp = _stamp.Apply(_folder);
        PlannedVideo[] left = [.. Left()];
        double total = left.Sum(v => v.Work), done = 0;
        if (left.Length == 0)
        {
            return new ComparisonSummary(0, TimeSpan.Zero, TimeSpan.Zero);
        }
        progress?.Report(new ComparisonProgress("loading the model", 0, left.Length, 0, total));
        _model.Load(_plan.Videos.SelectMany(v => v.Video.Prompts).Select(p => p.Text));
        _model.Check(_plan);
        ControlVideos controls = new(_model, Reference, _plan, cancellation);
        for (int i = 0; i < left.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            PlannedVideo video = left[i];
            string what = FormattableString.Invariant($"{ControlRows.Title(video.Row)}, {video.Length:0.##}x, item {video.Video.Item.Id}, seed {video.Seed}");
            int number = i;
            double before = done;
            void Report(double share) => progress?.Report(new ComparisonProgress(what, number, left.Length, before + (share * video.Work), total));
            Report(0);
            Make(video, controls, Report, cancellation);
            done += video.Work;
        }
        progress?.Report(new ComparisonProgress("done", left.Length, left.Length, total, total));
        return new ComparisonSummary(left.Length, _generating, _measured);
    }

    /// <summary>The videos that the folder has no result of.</summary>
    /// <exception cref="ReportException">A result that is there was made in another way.</exception>
    public IEnumerable<PlannedVideo> Left()
    {
        Dictionary<(string, string, string, double, ulong), VideoResult> there = File.Exists(ResultsPath)
            ? ResultFile.Read(ResultsPath).ToDictionary(r => r.Key)
            : [];
        foreach (PlannedVideo video in _plan.Videos)
        {
            if (!there.TryGetValue(video.Key(_plan.Suite), out VideoResult? result))
            {
                yield return video;
            }
            else if (Difference(result, video) is string difference)
            {
                throw new ReportException(
                    $"{ResultsPath} has a result of {video.Row}, item {video.Video.Item.Id} at {video.Length:0.##}x, with {difference}; " +
                    "name another --output, or delete the folder.");
            }
        }
    }

    private string? Difference(VideoResult found, PlannedVideo video) =>
        !found.Prompts.SequenceEqual(video.Video.Prompts) ? "other prompts"
        : found.Frames != video.Video.FrameCount ? $"{found.Frames} frames instead of {video.Video.FrameCount}"
        : OtherSettings(found.Settings, SettingsOf(video)) is { Length: > 0 } names ? $"other settings ({names})"
        : null;

    private static string OtherSettings(IReadOnlyDictionary<string, string> there, IReadOnlyDictionary<string, string> asked) => string.Join(
        ", ", there.Keys.Union(asked.Keys).Where(k => there.GetValueOrDefault(k) != asked.GetValueOrDefault(k)).Order(StringComparer.Ordinal));

    private void Make(PlannedVideo planned, ControlVideos controls, Action<double> report, CancellationToken cancellation)
    {
        VideoFormat format = new(_model.Settings.Width, _model.Settings.Height, _plan.Profile.FramesPerSecond);
        using IVideoReader video = Open(planned, controls, format, report, cancellation);
        VideoDescription description =
            planned.Video.Describe(format.Height, format.Width, controls.Ceilings(planned.Video), SinkFrames(planned));
        Stopwatch watch = new();
        using MetricSetRun run = _metrics.Start(description, (_model.Compute.Backend as CpuBackend)?.Workers);
        string? name = planned.Keep ? $"{VideosName}/{NameOf(planned)}{_stamp.VideoExtension}" : null;
        using (IVideoWriter? writer = name is null ? null : Create(Path.Combine(_folder, name), format))
        {
            byte[] frame = new byte[format.FrameBytes];
            while (video.Read(frame))
            {
                watch.Start();
                run.Add(frame);
                watch.Stop();
                writer?.WriteFrame(frame);
            }
            writer?.Complete();
        }
        VideoResult result = new()
        {
            Method = planned.Row,
            Suite = _plan.Suite,
            Item = planned.Video.Item.Id,
            Length = planned.Length,
            Seed = planned.Seed,
            Level = planned.Video.Item.Level,
            Model = IsGenerated(planned) ? _stamp.Model : null,
            ModelFingerprint = IsGenerated(planned) ? _stamp.ModelFingerprint : null,
            Settings = SettingsOf(planned),
            Version = _stamp.Version,
            Video = name,
        };
        watch.Start();
        result = result.With(run.Finish());
        watch.Stop();
        if (video is GeneratedVideo generated)
        {
            CostFile.Append(Path.Combine(_folder, CostFile.Name), result, generated.Cost);
            _generating += generated.Elapsed;
            _measured += watch.Elapsed;
        }
        ResultFile.Append(ResultsPath, result);
    }

    private IVideoReader Open(
        PlannedVideo planned, ControlVideos controls, VideoFormat format, Action<double> report, CancellationToken cancellation) =>
        planned.Method is null
            ? controls.Open(planned)
            : new GeneratedVideo(
                _model.Start(planned.Method, planned.Video.ToStory(), planned.Seed), format.Width, format.Height, format.FramesPerSecond, cancellation)
            {
                ChunkDone = chunks => report((double)chunks * _model.Settings.FramesPerBlock / (planned.Video.Chunks * FrameGrid.ChunkLatents)),
            };

    private static IVideoWriter Create(string path, VideoFormat format)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Small frames are shown larger, or a player would be a stamp.
        int scale = Math.Max(1, 128 / Math.Min(format.Width, format.Height));
        return VideoOutput.Create(path, format, new VideoOutputOptions { Overwrite = true, Scale = scale });
    }

    private Dictionary<string, string> SettingsOf(PlannedVideo video)
    {
        Dictionary<string, string> settings = new NoRepeatOptions { PeriodFrames = _stamp.RepeatPeriodFrames }.SettingsAt(_plan.Profile.FramesPerSecond);
        if (!IsGenerated(video))
        {
            return settings;
        }
        MethodChoice method = video.Method ?? Reference;
        settings["preset"] = method.Preset;
        foreach ((string name, string value) in method.SettingsInForce)
        {
            settings[name] = value;
        }
        settings["sampler"] = method.IsClip ? _model.OptionsOf(method, 0).DescribeSampling() : _stamp.Sampler;
        settings["chunk"] = FormattableString.Invariant($"{_model.Settings.FramesPerBlock} latent frames");
        return settings;
    }

    /// <summary>Frames that the method's sink holds from the start of the video.</summary>
    private int SinkFrames(PlannedVideo video)
    {
        if (video.Method is null or { IsClip: true })
        {
            return 0;
        }
        RunInfo run = new(video.Seed, _model.Settings.FramesPerBlock, video.Video.Chunks * FrameGrid.ChunkLatents);
        return video.Method.Create().Context(run) is SlidingWindowContext { Sink: > 0 } window ? FrameGrid.Frames(window.Sink) : 0;
    }

    private static bool IsGenerated(PlannedVideo video) =>
        video.Row is not (ControlRows.GroundTruth or ControlRows.Random or ControlRows.VaeCeiling);

    private string NameOf(PlannedVideo video)
    {
        string row = string.Concat(video.Row.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_'));
        return FormattableString.Invariant($"{_plan.Suite}-{video.Video.Item.Id}-{video.Length:0.##}x-{row}-{video.Seed}");
    }
}

/// <summary>What a run of a comparison made.</summary>
/// <param name="Videos">Videos.</param>
/// <param name="Generating">Time to generate videos, decoding included; short clips of controls are not counted.</param>
/// <param name="Measuring">Time to measure them.</param>
public sealed record ComparisonSummary(int Videos, TimeSpan Generating, TimeSpan Measuring);

/// <summary>How far a comparison is.</summary>
/// <param name="What">The video in work.</param>
/// <param name="Video">Videos done in this run.</param>
/// <param name="Videos">Videos that were left when it began.</param>
/// <param name="Done">Work done, in chunks.</param>
/// <param name="Of">Work in all.</param>
public sealed record ComparisonProgress(string What, int Video, int Videos, double Done, double Of);
