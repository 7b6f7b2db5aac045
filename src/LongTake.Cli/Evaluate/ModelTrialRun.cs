using LongTake.Evaluation.Trials;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Evaluate;

/// <summary>Runs the parts of a trial one after the other, prints each as soon as it is measured, and writes the report at the end.</summary>
internal sealed class ModelTrialRun(CliEnvironment environment, string model, TrialOptions options, string[]? wanted, string? json)
{
    /// <summary>Runs it.</summary>
    /// <param name="threads">Threads to compute with; 0 for all cores.</param>
    public int Run(int threads)
    {
        using CpuBackend backend = new(threads);
        TrialDisplay display = new(environment);
        using ModelTrial trial = new(new Compute(backend), model, options, display);
        string[] parts = ChooseParts(trial);
        environment.Note(FormattableString.Invariant(
            $"model {model}: {options.Prompts} {(options.Seen ? "seen" : "held-out")} prompts, world {trial.World}, {options.Seeds} seed(s), ") +
            $"parts {string.Join(", ", parts)}");
        TrialReport report = new() { Model = model, World = trial.World.Version, Options = options };
        try
        {
            foreach (string part in parts)
            {
                report = display.Show(() => Measure(trial, part, report));
                environment.Out.Write(TrialText.Of(report, part));
                environment.Out.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            environment.Note(json is null ? "stopped" : $"stopped; {json} is not written");
            return LongTakeApplication.Stopped;
        }
        if (json is not null)
        {
            File.WriteAllText(json, report.ToJson());
            environment.Note($"wrote {json}");
        }
        return LongTakeApplication.Done;
    }

    private TrialReport Measure(ModelTrial trial, string part, TrialReport report)
    {
        CancellationToken stop = environment.StopRequested;
        return part switch
        {
            "vae" => report with { Vae = trial.Vae(stop) },
            "bidirectional" => report with { Bidirectional = trial.Bidirectional(stop) },
            "causal" => report with { Causal = trial.Causal(stop) },
            "switch" => report with { Switch = trial.Switch(stop) },
            _ => report with { Long = [.. options.Lengths.Select(length => trial.Long(length, stop))] },
        };
    }

    /// <summary>The parts that were asked for, or those that the model can do; refuses what it cannot before anything is computed.</summary>
    private string[] ChooseParts(ModelTrial trial)
    {
        if (wanted is null)
        {
            return
            [
                "vae",
                .. trial.Has(TransformerKind.Bidirectional) ? ["bidirectional"] : Array.Empty<string>(),
                .. trial.Has(TransformerKind.Causal) ? ["causal"] : Array.Empty<string>(),
            ];
        }
        foreach (string part in wanted)
        {
            TransformerKind kind = part == "bidirectional" ? TransformerKind.Bidirectional : TransformerKind.Causal;
            if (part != "vae" && !trial.Has(kind))
            {
                throw new CliException(
                    $"The model in '{model}' has no {kind.ToString().ToLowerInvariant()} transformer, which the part {part} needs; "
                    + "leave the part out of --parts.");
            }
        }
        return wanted;
    }
}
