using System.CommandLine;
using LongTake.Alignment.Training;
using LongTake.Cli.Train;

namespace LongTake.Cli.Align;

/// <summary>"longtake align": trainings that learn from rewards.</summary>
internal static class AlignCommand
{
    private const string Description = "Learn from rewards with a recipe (a YAML file; see the folder recipes).";

    private const string Examples =
        """
        longtake align inflvg --recipe recipes/inflvg.yaml --output runs/inflvg
        longtake align inflvg --recipe recipes/inflvg.yaml --output runs/inflvg --resume
        longtake align inflvg-trial --recipe recipes/inflvg.yaml --policy runs/inflvg/policy.safetensors

        A checkpoint is written every few minutes and on Ctrl-C; --resume continues from it as if nothing had happened. metrics.jsonl in the
        output folder has the figures of every step.
        """;

    public static Command Create(CliEnvironment environment) => HelpWithExamples.Give(
        new Command("align", Description)
        {
            TrainCommand.Create(
                environment,
                "inflvg",
                "Train the policy by which the preset inflvg keeps past tokens where a scene changes.",
                TrainingJob.InfLvg,
                "Folder the policy is written to. Default: the output folder."),
            InfLvgTrialCommand.Create(environment),
        },
        Examples);
}
