using System.CommandLine;
using LongTake.Alignment.Training;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Train;

/// <summary>"longtake train": the trainings that make the Shapes model.</summary>
internal static class TrainCommand
{
    private const string Description = "Train a network on the Shapes world with a recipe (a YAML file; see the folder recipes).";

    private const string Examples =
        """
        longtake train vae --recipe recipes/vae.yaml --output runs/vae --export models/shapes
        longtake train base --recipe recipes/base.yaml --output runs/base
        longtake train causal --recipe recipes/causal.yaml --output runs/causal --resume
        longtake train ode --recipe recipes/ode.yaml --output runs/ode
        longtake train distill --recipe recipes/distill.yaml --output runs/distill

        A checkpoint is written every few minutes and on Ctrl-C; --resume continues from it as if nothing had happened.
        """;

    internal delegate bool Job(Compute compute, TrainingJobOptions options, CancellationToken cancellation);

    public static Command Create(CliEnvironment environment) => HelpWithExamples.Give(
        new Command("train", Description)
        {
            Create(environment, "vae", "Train the causal video autoencoder.", TrainingJob.Vae),
            Create(environment, "base", "Train the bidirectional transformer and the text encoder.", TrainingJob.Base),
            Create(environment, "causal", "Train the causal transformer, starting from the bidirectional one.", TrainingJob.Causal),
            Create(environment, "ode", "Start a four-step student: regress the ends of the causal transformer's trajectories.", TrainingJob.Ode),
            Create(environment, "distill", "Train the four-step student on its own rollouts (Self-Forcing).", TrainingJob.Distill),
        },
        Examples);

    /// <summary>One training.</summary>
    internal static Command Create(CliEnvironment environment, string name, string description, Job job)
    {
        Option<string> recipe = new("--recipe") { Description = "The recipe.", HelpName = "FILE", Required = true };
        Option<string?> output = new("--output", "-o")
        {
            Description = $"Folder for checkpoint and sample sheets. Default: runs/{name}.",
            HelpName = "DIR",
        };
        Option<string?> export = new("--export")
        {
            Description = name switch
            {
                "inflvg" => "Folder the policy is written to. Default: the output folder.",
                "vae" or "ode" or "kvpo" or "flow-grpo" or "reward-weighted" or "nft" =>
                    "Model folder the result is written to. Default: model in the output folder.",
                _ => "Model folder the result is written to. Default: the recipe's model.",
            },
            HelpName = "DIR",
        };
        Option<bool> resume = new("--resume") { Description = "Continue the training in the output folder." };
        Option<int> threads = new("--threads") { Description = "Threads to compute with; 0 for all cores.", HelpName = "N" };
        Command command = new(name, description) { recipe, output, export, resume, threads };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(output) ?? Path.Combine("runs", name);
            int count = ThreadCount.Checked(parsed.GetValue(threads));
            using CpuBackend backend = new(count);
            TrainingDisplay display = new(environment);
            bool finished = display.Show(() => job(
                new Compute(backend),
                new TrainingJobOptions
                {
                    Recipe = parsed.GetValue(recipe)!,
                    Output = folder,
                    Export = parsed.GetValue(export),
                    Resume = parsed.GetValue(resume),
                    Progress = display,
                    CacheProgress = display,
                },
                environment.StopRequested));
            environment.Note(finished
                ? $"training finished; checkpoint and samples are in {folder}"
                : "stopped; the same command with --resume continues");
            return finished ? LongTakeApplication.Done : LongTakeApplication.Stopped;
        });
        return command;
    }
}
