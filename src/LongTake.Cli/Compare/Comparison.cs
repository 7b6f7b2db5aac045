using System.Reflection;
using LongTake.Cli.Generate;
using LongTake.Evaluation.Comparisons;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Reports;
using LongTake.Generation.Video;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Compare;

/// <summary>One run of "longtake compare".</summary>
internal sealed class Comparison(CliEnvironment environment, ComparisonOptions options)
{
    private const string ReportName = "report.html";

    public required string Model { get; init; }

    public required string? Baseline { get; init; }

    public required string? MetricWeights { get; init; }

    public required RepeatPeriod? Period { get; init; }

    public required string Output { get; init; }

    public required int Threads { get; init; }

    public required long? MemoryLimit { get; init; }

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        Check();
        using CpuBackend backend = new(Threads);
        using ComparisonModel model = new(
            new Compute(backend), Model, options.IsBidirectional ? TransformerKind.Bidirectional : TransformerKind.Causal)
        { MemoryLimit = MemoryLimit };
        foreach (MethodChoice method in options.Methods)
        {
            model.Require(method);
        }
        ComparisonPlan plan = ComparisonPlan.Of(options, model.Profile, model.World);
        using MetricWeights weights = Evaluation.Metrics.Networks.MetricWeights.Open(MetricWeights, backend);
        int? period = Period?.Frames(model);
        MetricSet metrics = NetworkMetrics.All(weights, new NoRepeatOptions { PeriodFrames = period });
        ComparisonRun run = new(model, plan, metrics, Stamp(model, metrics, weights) with { RepeatPeriodFrames = period }, Output) { Reference = options.Reference };
        int left = run.Left().Count();
        environment.Note(FormattableString.Invariant(
            $"model {model.Path}, suite {plan.Suite}, {string.Join(", ", options.Lengths.Select(n => $"{n}x"))}: ") + FormattableString.Invariant(
            $"{plan.Videos.Count} videos, {plan.Videos.Count - left} of them there already"));
        ComparisonDisplay display = new(environment);
        try
        {
            ComparisonSummary made = display.Show(() => run.Execute(display, environment.StopRequested));
            if (made.Generating > TimeSpan.Zero)
            {
                environment.Note(FormattableString.Invariant(
                    $"{made.Videos} videos; generating took {Sizes.Time(made.Generating)}, ") + FormattableString.Invariant(
                    $"measuring {Sizes.Time(made.Measuring)} ({made.Measuring / made.Generating:0.0%})"));
            }
        }
        catch (OperationCanceledException)
        {
            environment.Note($"stopped; the same command goes on from there ({run.ResultsPath})");
            return LongTakeApplication.Stopped;
        }
        string report = Path.Combine(Output, ReportName);
        ReportWriter.Write(run.ResultsPath, report, new ReportOptions
        {
            Title = $"{plan.Suite}: {string.Join(", ", options.Methods.Select(m => m.Label))}",
            Baseline = Baseline,
            Columns = metrics.Columns,
            ShownItems = options.KeptItems,
        });
        environment.Out.Write(ComparisonText.Of(ResultFile.Read(run.ResultsPath), options, plan.Suite));
        environment.Out.WriteLine($"{run.ResultsPath}, {report}");
        return LongTakeApplication.Done;
    }

    private void Check()
    {
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--{e.Message}");
        }
        ThreadCount.Checked(Threads);
        if (File.Exists(Output))
        {
            throw new UsageException($"--output names the file '{Output}'; name a folder.");
        }
        if (Baseline is not null && options.Methods.All(m => m.Label != Baseline))
        {
            throw new UsageException($"--baseline is {Baseline}; the methods are {string.Join(", ", options.Methods.Select(m => m.Label))}.");
        }
    }

    private ComparisonStamp Stamp(ComparisonModel model, MetricSet metrics, MetricWeights weights)
    {
        HashSet<string> there = [.. weights.Networks.Where(n => n.Path is not null).Select(n => n.Network.Name)];
        return new ComparisonStamp
        {
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Model))),
            ModelFingerprint = ModelLocation.Fingerprint(Model),
            Sampler = model.Sampler.Describe(),
            Version = typeof(Comparison).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            Metrics = [.. metrics.Metrics.Select(m => m.Name), .. metrics.Totals.Select(t => t.Column.Name), .. there.Order(StringComparer.Ordinal)],
            VideoExtension = VideoOutput.DefaultExtension,
        };
    }
}
