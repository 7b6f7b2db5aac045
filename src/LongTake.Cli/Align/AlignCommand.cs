using System.CommandLine;
using LongTake.Alignment.Training;
using LongTake.Cli.Train;

namespace LongTake.Cli.Align;

/// <summary>"longtake align": trainings by rewards.</summary>
internal static class AlignCommand
{
    private const string Description = "Align a generator with rewards, with a recipe (a YAML file; see the folder recipes).";

    private const string Examples =
        """
        longtake align kvpo --recipe recipes/kvpo.yaml --output runs/kvpo
        longtake align kvpo --recipe recipes/kvpo.yaml --output runs/kvpo --resume

        Every step's figures go to metrics.jsonl in the output folder, held-out rewards too; sample sheets and the scores of held-out
        prompts come before the first step and every sample_every steps. A checkpoint is written every few minutes and on Ctrl-C;
        --resume continues from it as if nothing had happened.
        """;

    public static Command Create(CliEnvironment environment) => HelpWithExamples.Give(
        new Command("align", Description)
        {
            TrainCommand.Create(
                environment, "kvpo", "Align a few-step causal transformer by exploring through its KV cache (KVPO).", TrainingJob.Kvpo),
        },
        Examples);
}
