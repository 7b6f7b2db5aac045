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
        longtake align flow-grpo --recipe recipes/flow-grpo.yaml --output runs/flow-grpo
        longtake align reward-weighted --recipe recipes/reward-weighted.yaml --output runs/reward-weighted
        longtake align nft --recipe recipes/nft.yaml --output runs/nft
        longtake align inflvg --recipe recipes/inflvg.yaml --output runs/inflvg
        longtake align inflvg-trial --recipe recipes/inflvg.yaml --policy runs/inflvg/policy.safetensors

        Every step's figures go to metrics.jsonl in the output folder, held-out rewards too; sample sheets and the scores of held-out
        prompts come before the first step and every sample_every steps. A checkpoint is written every few minutes and on Ctrl-C;
        --resume continues from it as if nothing had happened.
        """;

    public static Command Create(CliEnvironment environment) => HelpWithExamples.Give(
        new Command("align", Description)
        {
            TrainCommand.Create(
                environment, "kvpo", "Align a few-step causal transformer by exploring through its KV cache (KVPO).", TrainingJob.Kvpo),
            TrainCommand.Create(
                environment, "flow-grpo", "The same by noise at every solver step and its likelihood (Flow-GRPO), a baseline.", TrainingJob.FlowGrpo),
            TrainCommand.Create(
                environment, "reward-weighted", "The same by regression on good samples (reward-weighted), a baseline.", TrainingJob.RewardWeighted),
            TrainCommand.Create(
                environment, "nft", "The same by contrasting good and bad samples (DiffusionNFT, Astrolabe), a baseline.", TrainingJob.Nft),
            TrainCommand.Create(
                environment, "inflvg", "Train the policy by which the preset inflvg keeps past tokens where a scene changes.", TrainingJob.InfLvg),
            InfLvgTrialCommand.Create(environment),
        },
        Examples);
}
