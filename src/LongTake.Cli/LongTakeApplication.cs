using System.CommandLine;
using System.CommandLine.Invocation;
using LongTake.Cli.Align;
using LongTake.Cli.Compare;
using LongTake.Cli.Conversion;
using LongTake.Cli.Evaluate;
using LongTake.Cli.Generate;
using LongTake.Cli.Inspect;
using LongTake.Cli.Presets;
using LongTake.Cli.Report;
using LongTake.Cli.Sheet;
using LongTake.Cli.Train;

namespace LongTake.Cli;

/// <summary>The command line as a function: arguments in, exit code out. Tests call it in-process.</summary>
public static class LongTakeApplication
{
    /// <summary>Everything was done.</summary>
    public const int Done = 0;

    /// <summary>Something failed; one line on standard error says what and what helps.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>Stopped by Ctrl-C; what was made so far is whole and can be continued.</summary>
    public const int Stopped = 130;

    private const string Examples =
        """
        longtake generate "a large cyan diamond moves slowly downward on a background of mint checkerboard."
        longtake generate --story story.txt --seconds 60 --output story.mp4 --seed 7
        longtake presets
        longtake inspect models/shapes
        longtake convert models/shapes shapes-float8
        longtake train vae --recipe recipes/vae.yaml --output runs/vae
        longtake align kvpo --recipe recipes/kvpo.yaml --output runs/kvpo
        longtake evaluate model --prompts 16
        longtake compare --methods full,self-forcing,longlive-infinity --items 16 --output comparison
        longtake report comparison --markdown results.md
        longtake generate --help
        """;

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="environment">Where to write and how to be stopped.</param>
    /// <returns>One of the exit codes above.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliEnvironment environment)
    {
        ParseResult parsed = Parse(arguments, environment);
        if (parsed.Action is ParseErrorAction || CommandLineErrors.Misspelt(parsed) is not null)
        {
            environment.Error.WriteLine($"longtake: {CommandLineErrors.Describe(parsed)}");
            return WrongUsage;
        }
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = environment.Out,
                    Error = environment.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                }).ConfigureAwait(false);
        }
        catch (Exception e) when (Errors.IsExpected(e))
        {
            environment.Error.WriteLine($"longtake: {OneLine(Errors.MessageOf(e))}");
            return e is UsageException ? WrongUsage : Failed;
        }
    }

    /// <summary>Reads a command line without running it.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="environment">Where the command would write.</param>
    internal static ParseResult Parse(IReadOnlyList<string> arguments, CliEnvironment environment)
    {
        RootCommand root = new("Endless video from short-clip diffusion models.")
        {
            GenerateCommand.Create(environment),
            PresetsCommand.Create(environment),
            InspectCommand.Create(environment),
            ConvertCommand.Create(environment),
            TrainCommand.Create(environment),
            AlignCommand.Create(environment),
            SheetCommand.Create(environment),
            EvaluateCommand.Create(environment),
            CompareCommand.Create(environment),
            ReportCommand.Create(environment),
        };
        HelpWithExamples.Give(root, Examples);
        HelpWithExamples.Install(root);

        // A prompt may begin with "@"; it never names a file of arguments.
        return root.Parse(arguments.Count == 0 ? ["--help"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
