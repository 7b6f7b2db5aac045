using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace LongTake.Cli;

/// <summary>The usual help, followed by examples of the command it is about.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string> s_examples = [];

    /// <summary>Adds examples to a command, one per line.</summary>
    public static T Give<T>(T command, string examples)
        where T : Command
    {
        lock (s_examples)
        {
            s_examples[command.Name] = examples;
        }
        return command;
    }

    /// <summary>Replaces the help of a whole command line.</summary>
    public static void Install(RootCommand root)
    {
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithExamples((HelpAction)option.Action!);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int result = usual.Invoke(parseResult);
        string? examples;
        lock (s_examples)
        {
            s_examples.TryGetValue(parseResult.CommandResult.Command.Name, out examples);
        }
        if (examples is not null)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string line in examples.Split('\n'))
            {
                output.WriteLine("  " + line.TrimEnd());
            }
            output.WriteLine();
        }
        return result;
    }
}
