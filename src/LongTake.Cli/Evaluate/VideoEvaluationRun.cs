using System.Globalization;
using System.Text;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Videos;
using LongTake.Generation.Video;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Evaluate;

/// <summary>Measures the videos that "longtake evaluate" was given, and prints a table of their figures.</summary>
internal sealed class VideoEvaluationRun(CliEnvironment environment, VideoRequest request)
{
    private static readonly string[] s_extensions = [".mp4", ".webm", ".mov", ".mkv", ".avi", ".y4m", ".png", ".apng"];

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        (string Path, string Item)[] videos = Find();

        // Before anything is measured: every video has its question.
        VideoQuestion[] questions = [.. videos.Select(v => request.QuestionOf(v.Item))];
        using CpuBackend backend = new(request.Threads);
        using MetricWeights weights = MetricWeights.Open(request.MetricWeights, backend);
        MetricSet metrics = NetworkMetrics.All(weights, request.NoRepeat);
        List<VideoResult> results = [];
        ProgressBarDisplay bar = new(environment, keep: false);
        try
        {
            bar.Show("opening", () =>
            {
                for (int i = 0; i < videos.Length; i++)
                {
                    results.Add(Measure(videos[i], questions[i], metrics, bar, results.Count, videos.Length));
                }
                return 0;
            });
        }
        catch (OperationCanceledException)
        {
            environment.Note(request.Json is null ? "stopped" : $"stopped; {request.Json} is not written");
            return LongTakeApplication.Stopped;
        }
        environment.Out.Write(Table(results, metrics));
        if (request.Json is not null)
        {
            string part = request.Json + ".part";
            File.WriteAllText(part, $"[\n{string.Join(",\n", results.Select(ResultFile.ToJson))}\n]\n");
            File.Move(part, request.Json, overwrite: true);
            environment.Note($"wrote {request.Json}");
        }
        return LongTakeApplication.Done;
    }

    private VideoResult Measure((string Path, string Item) video, VideoQuestion question, MetricSet metrics, ProgressBarDisplay bar, int done, int of)
    {
        using IVideoReader reader = VideoInput.Open(video.Path, new VideoInputOptions { FramesPerSecond = request.FramesPerSecond });
        VideoMeasurement measurement = VideoEvaluation.Measure(
            reader,
            video.Path,
            question,
            metrics,
            frames => bar.Report($"{video.Path}: frame {frames} of {reader.FrameCount}", done + ((double)frames / reader.FrameCount), of),
            environment.StopRequested);
        VideoResult result = new()
        {
            Method = "video",
            Suite = request.Suite,
            Item = video.Item,
            Length = 1,
            Seed = 0,
            Video = video.Path,
            Settings = request.NoRepeat.SettingsAt(reader.FramesPerSecond),
        };
        return result.With(measurement);
    }

    /// <summary>The videos and their items: one, or those of a folder that is no video itself.</summary>
    private (string Path, string Item)[] Find()
    {
        if (!Directory.Exists(request.Path) || IsFrames(request.Path) || !request.AsksForItems)
        {
            string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Path)));
            return [(request.Path, request.Item ?? name)];
        }
        if (request.Item is not null)
        {
            throw new UsageException($"--item names one video, but '{request.Path}' is a folder of them; name the file.");
        }
        (string, string)[] videos =
        [
            .. Directory.EnumerateFileSystemEntries(request.Path)
                .Where(p => Directory.Exists(p) ? IsFrames(p) : s_extensions.Contains(Path.GetExtension(p).ToLowerInvariant()))
                .Order(StringComparer.Ordinal)
                .Select(p => (p, Path.GetFileNameWithoutExtension(p))),
        ];
        return videos.Length > 0 ? videos : throw new CliException($"There is no video in '{request.Path}'; name a file, or a folder of videos.");
    }

    /// <summary>Whether a folder is a video of PNG frames: it has several, and the first is a still picture.</summary>
    private static bool IsFrames(string folder)
    {
        string[] pictures = [.. Directory.EnumerateFiles(folder, "*.png").Order(StringComparer.Ordinal).Take(2)];
        if (pictures.Length == 0)
        {
            return false;
        }
        using IVideoReader first = VideoInput.Open(pictures[0]);
        return first.FrameCount == 1;
    }

    private static string Table(List<VideoResult> results, MetricSet metrics)
    {
        StringBuilder text = new();
        VideoResult first = results[0];
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{(results.Count == 1 ? first.Video : $"{results.Count} videos")}: " +
            $"{first.Frames} frames of {first.Width}x{first.Height}, {first.FramesPerSecond:0.###} a second{(results.Count == 1 ? "" : " (the first); means")}");
        MetricColumn[] columns = [.. metrics.Columns.Where(c => results.Any(r => r.Figures.ContainsKey(c.Name)))];
        int wide = columns.Select(c => c.Name.Length).DefaultIfEmpty().Max();
        foreach (MetricColumn column in columns)
        {
            double[] values = [.. results.Where(r => r.Figures.ContainsKey(column.Name)).Select(r => r.Figures[column.Name])];
            string count = results.Count > 1 && values.Length < results.Count ? $" ({values.Length} of {results.Count} videos)" : "";
            text.AppendLine(CultureInfo.InvariantCulture,
                $"  {column.Name.PadRight(wide)}  {values.Average(),9:0.0000}  {Direction(column.Better)}  {column.Description}{count}");
        }
        foreach (IGrouping<string, string> reason in results.SelectMany(r => r.Missing).Distinct().GroupBy(m => m.Value, m => m.Key))
        {
            text.AppendLine($"left out: {string.Join(", ", reason)}: {reason.Key}");
        }
        return text.ToString();
    }

    private static char Direction(BetterWhen better) => better switch
    {
        BetterWhen.Higher => '↑',
        BetterWhen.Lower => '↓',
        BetterWhen.NearZero => '0',
        _ => ' ',
    };
}
