using System.CommandLine;

namespace LongTake.Cli.Evaluate;

/// <summary>"longtake evaluate": measurements of videos, and of a model by its subcommand.</summary>
internal static class EvaluateCommand
{
    private const string Examples =
        """
        longtake evaluate video.mp4 --prompt "a large cyan diamond moves slowly downward on a background of mint checkerboard."
        longtake evaluate videos/ --prompts prompts.txt --metric-weights ~/metrics --json figures.json
        longtake evaluate model
        longtake evaluate model models/shapes --parts vae,bidirectional,causal,switch,long --json report.json
        """;

    public static Command Create(CliEnvironment environment)
    {
        Command command = new("evaluate", "Measure videos, or what a model can do (evaluate model).") { EvaluateModelCommand.Create(environment) };
        new EvaluateVideoCommand().AddTo(command, environment);
        return HelpWithExamples.Give(command, Examples);
    }
}
