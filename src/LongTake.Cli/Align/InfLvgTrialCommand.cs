using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LongTake.Alignment.InfLvg;
using LongTake.Alignment.Rewards;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Statistics;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Align;

/// <summary>"longtake align inflvg-trial": a context policy beside its controls, in numbers.</summary>
internal static class InfLvgTrialCommand
{
    private const string Description =
        "Tell held-out stories under a context policy (its highest scores, and a draw) and under its controls (any tokens, the newest, a sliding window, the whole past, the best of n "
        + "draws), and score them.";

    private const string Examples =
        """
        longtake align inflvg-trial --recipe recipes/inflvg.yaml --policy runs/inflvg/policy.safetensors --stories 24 --best-of 20
        """;

    public static Command Create(CliEnvironment environment)
    {
        Option<string> recipe = new("--recipe") { Description = "The recipe that the policy was trained with.", HelpName = "FILE", Required = true };
        Option<string> policy = new("--policy") { Description = "The policy.", HelpName = "FILE", Required = true };
        Option<int> stories = Number("--stories", "Held-out stories.", 16);
        Option<int> tries = Number("--best-of", "Random contexts that the search tries at every change of scene; 0 leaves it out.", 10);
        Option<int> threads = Number("--threads", "Threads to compute with; 0 for all cores.", 0);
        Option<string?> json = new("--json") { Description = "Write the scores of every story to this file, too.", HelpName = "FILE" };
        Command command = new("inflvg-trial", Description) { recipe, policy, stories, tries, threads, json };
        command.SetAction(parsed =>
        {
            foreach ((string name, int value, int least) in (ReadOnlySpan<(string, int, int)>)
                [("--stories", parsed.GetValue(stories), 1), ("--best-of", parsed.GetValue(tries), 0), ("--threads", parsed.GetValue(threads), 0)])
            {
                if (value < least)
                {
                    throw new UsageException($"{name} is {value}; it must be {least} or more.");
                }
            }
            return Run(
                environment,
                parsed.GetValue(recipe)!,
                parsed.GetValue(policy)!,
                parsed.GetValue(stories),
                parsed.GetValue(tries),
                parsed.GetValue(threads),
                parsed.GetValue(json));
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static int Run(CliEnvironment environment, string recipePath, string policyPath, int stories, int tries, int threads, string? json)
    {
        InfLvgRecipe recipe = RecipeReader.Read<InfLvgRecipe>(recipePath, out _);
        InfLvgPolicyFile policy = InfLvgPolicyFile.Open(policyPath);
        using CpuBackend backend = new(threads);
        using MetricWeights weights = MetricWeights.Open(recipe.RewardWeights, backend);
        RewardSet rewards = RewardCatalogue.Create(recipe.Rewards, recipe.HeldOutRewards, weights);
        using ModelFolder model = ModelFolder.Open(recipe.Model);
        InfLvgTrial trial = new(recipe, InfLvgParts.Load(model, recipe), rewards, recipe.Stories());
        if (trial.NoteOn(policy) is string note)
        {
            environment.Note($"note: {note}");
        }
        ProgressBarDisplay bar = new(environment, keep: false);
        IReadOnlyList<InfLvgTrialRow> rows;
        try
        {
            Shown shown = new(bar);
            rows = bar.Show("loading", () => trial.Run(new Compute(backend), policy, stories, tries, shown, environment.StopRequested));
        }
        catch (OperationCanceledException)
        {
            environment.Note("stopped; nothing was printed");
            return LongTakeApplication.Stopped;
        }
        Print(environment.Out, rows, rewards);
        if (json is not null)
        {
            File.WriteAllBytes(json, Json(rows, rewards));
            environment.Note($"wrote {json}");
        }
        return LongTakeApplication.Done;
    }

    /// <summary>For every reward the mean of each context and how much better the policy is, with 95 % intervals over the stories.</summary>
    private static void Print(TextWriter output, IReadOnlyList<InfLvgTrialRow> rows, RewardSet rewards)
    {
        int width = rows.Max(r => r.Context.Length);
        for (int k = 0; k < rewards.Count; k++)
        {
            output.WriteLine($"{rewards.Terms[k].Reward.Name}{(rewards.Terms[k].Weight > 0 ? "" : " (held out)")}");
            foreach (InfLvgTrialRow row in rows)
            {
                string better = ReferenceEquals(row, rows[0]) ? "" : $"   learned is better by {Text(rows[0].Minus(row, k))}";
                output.WriteLine($"  {row.Context.PadRight(width)}  {Text(row.Mean(k))}{better}");
            }
        }
    }

    private static string Text(Interval i) => string.Create(CultureInfo.InvariantCulture, $"{i.Mean:0.000} [{i.Low:0.000}, {i.High:0.000}]");

    private static byte[] Json(IReadOnlyList<InfLvgTrialRow> rows, RewardSet rewards)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (InfLvgTrialRow row in rows)
            {
                writer.WriteStartArray(row.Context);
                foreach (double[] scores in row.Scores)
                {
                    writer.WriteStartObject();
                    for (int k = 0; k < scores.Length; k++)
                    {
                        if (double.IsFinite(scores[k]))
                        {
                            writer.WriteNumber(rewards.Terms[k].Reward.Name, scores[k]);
                        }
                    }
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    private sealed class Shown(ProgressBarDisplay bar) : IProgress<(int Done, int Of)>
    {
        public void Report((int Done, int Of) value) => bar.Report(
            string.Create(CultureInfo.InvariantCulture, $"video {value.Done}/{value.Of}"), value.Done, value.Of);
    }
}
