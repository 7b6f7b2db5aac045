using System.CommandLine;

namespace LongTake.Cli.Evaluate;

/// <summary>"longtake evaluate": measurements.</summary>
internal static class EvaluateCommand
{
    private const string Examples =
        """
        longtake evaluate model
        longtake evaluate model runs/model --prompts 16 --seeds 1 --parts causal
        longtake evaluate model models/shapes --parts vae,bidirectional,causal,switch,long --json report.json
        """;

    public static Command Create(CliEnvironment environment) => HelpWithExamples.Give(
        new Command("evaluate", "Measure what a model can do, with the exact analyser of the Shapes world.")
        {
            EvaluateModelCommand.Create(environment),
        },
        Examples);
}
