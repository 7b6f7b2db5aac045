using System.CommandLine;
using LongTake.Cli.Compare;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Evaluation.Videos;

namespace LongTake.Cli.Evaluate;

/// <summary>The options of "longtake evaluate VIDEO|FOLDER": which videos, and what each is held against.</summary>
internal sealed class EvaluateVideoCommand
{
    private readonly Argument<string?> _path = new("VIDEO|FOLDER")
    {
        Description = "A video (.mp4, .webm, .y4m, animated .png, folder of .png frames), or a folder of videos named after items (007.mp4).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _prompt = new("--prompt") { Description = "What the video is to show.", HelpName = "TEXT" };
    private readonly Option<string?> _prompts = new("--prompts") { Description = "File of prompts that the videos were made from.", HelpName = "FILE" };
    private readonly Option<string?> _suite = new("--suite")
    {
        Description = $"Suite of the Shapes world that the videos were made from: {string.Join(", ", ShapesSuites.Names)}.",
        HelpName = "NAME",
    };

    private readonly Option<string> _captions = CaptionForms.Option("Form of the suite's captions: full, pronoun or joint (see \"longtake compare --help\").");
    private readonly Option<string?> _world = new("--world")
    {
        Description = $"What part of the Shapes world the model knew: {string.Join(", ", WorldProfile.All)}. Default: full.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _item = new("--item") { Description = "Item of a single video. Default: its file's name.", HelpName = "ID" };
    private readonly Option<double?> _fps = new("--fps") { Description = "Frames a second, where the file does not say or says it wrongly.", HelpName = "X" };
    private readonly Option<string?> _weights = new("--metric-weights")
    {
        Description = "Folder with the networks of learned metrics (see docs/evaluation.md). Default: such metrics are left out.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _period = RepeatPeriod.Option(
        "After how long the model of the videos might repeat itself, for norepeat: frames (204f) or seconds (8.5s). Default: norepeat is left out.");

    private readonly Option<int> _threads = new("--threads") { Description = "Threads to compute with; 0 for all cores.", HelpName = "N" };
    private readonly Option<string?> _json = new("--json") { Description = "Write figures and curves to this file, too.", HelpName = "FILE" };

    /// <summary>Adds argument, options and action to a command.</summary>
    public void AddTo(Command command, CliEnvironment environment)
    {
        command.Add(_path);
        foreach (Option option in new Option[] { _prompt, _prompts, _suite, _captions, _world, _item, _fps, _weights, _period, _threads, _json })
        {
            command.Add(option);
        }
        command.SetAction(parsed =>
        {
            VideoRequest request = Read(parsed);
            return new VideoEvaluationRun(environment, request).Run();
        });
    }

    private VideoRequest Read(ParseResult parsed)
    {
        string path = parsed.GetValue(_path) ?? throw new UsageException(
            "There is no video to evaluate; name a file or a folder, or use \"longtake evaluate model\" for a model.");
        string? prompt = parsed.GetValue(_prompt), prompts = parsed.GetValue(_prompts), suite = parsed.GetValue(_suite), json = parsed.GetValue(_json);
        if (new[] { prompt, prompts, suite }.Count(o => o is not null) > 1)
        {
            throw new UsageException("--prompt, --prompts and --suite each say what the video is to show; give one of them.");
        }
        ThreadCount.Checked(parsed.GetValue(_threads));
        if (Directory.Exists(json))
        {
            throw new UsageException($"--json names the folder '{json}'; name a file.");
        }
        if (prompt is not null && string.IsNullOrWhiteSpace(prompt))
        {
            throw new UsageException("--prompt is empty; say what the video is to show, or leave it out.");
        }
        WorldProfile world = WorldProfile.Of(parsed.GetValue(_world) ?? WorldProfile.Full.Name);
        CaptionForm form = CaptionForms.Of(parsed.GetValue(_captions)!);
        return new VideoRequest
        {
            Path = path,
            Suite = suite ?? (prompts is null ? "video" : Path.GetFileNameWithoutExtension(prompts)),
            Item = parsed.GetValue(_item),
            FramesPerSecond = parsed.GetValue(_fps),
            MetricWeights = parsed.GetValue(_weights),
            NoRepeat = RepeatPeriod.Parse(parsed.GetValue(_period))?.ToOptions() ?? new NoRepeatOptions(),
            Threads = parsed.GetValue(_threads),
            Json = json,
            AsksForItems = prompts is not null || suite is not null,
            QuestionOf = QuestionOf(prompt, prompts, suite, form, world),
        };
    }

    private static Func<string, VideoQuestion> QuestionOf(string? prompt, string? prompts, string? suite, CaptionForm form, WorldProfile world)
    {
        if (prompt is not null)
        {
            return _ => VideoQuestion.OfPrompt(prompt);
        }
        if (prompts is not null)
        {
            PromptSuite file = PromptSuite.Load(prompts);
            return item => VideoQuestion.OfItem(file.Name, file.Select([item]).Items[0]);
        }
        if (suite is not null)
        {
            ShapesSuites.Count(suite);
            return item => VideoQuestion.OfShapes(suite, item, form, world);
        }
        return _ => VideoQuestion.None;
    }
}

/// <summary>What "longtake evaluate VIDEO" was asked for.</summary>
internal sealed record VideoRequest
{
    /// <summary>Video or folder of videos.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the suite in results.</summary>
    public required string Suite { get; init; }

    /// <summary>Item of a single video; null for its file's name.</summary>
    public required string? Item { get; init; }

    /// <summary>Frame rate; null for the file's own.</summary>
    public required double? FramesPerSecond { get; init; }

    /// <summary>Folder with metric networks; null for none.</summary>
    public required string? MetricWeights { get; init; }

    /// <summary>After how long the model of the videos might repeat itself.</summary>
    public required NoRepeatOptions NoRepeat { get; init; }

    /// <summary>Threads, 0 for all cores.</summary>
    public required int Threads { get; init; }

    /// <summary>File for figures and curves; null for none.</summary>
    public required string? Json { get; init; }

    /// <summary>Whether videos are found by the ids of items.</summary>
    public required bool AsksForItems { get; init; }

    /// <summary>What the video of an item is held against.</summary>
    public required Func<string, VideoQuestion> QuestionOf { get; init; }
}
