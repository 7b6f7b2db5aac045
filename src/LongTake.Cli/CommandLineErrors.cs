using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace LongTake.Cli;

/// <summary>What is wrong with a command line, in one line that points to the help.</summary>
internal static partial class CommandLineErrors
{
    /// <summary>Describes the error that the user should mend first.</summary>
    public static string Describe(ParseResult parsed)
    {
        // A misspelt command is reported as a missing one, too; the word itself says more.
        string message = Misspelt(parsed) is string option ? $"There is no option '{option}' here (after \"--\" it would be taken as it is)."
            : parsed.UnmatchedTokens.Count > 0
            ? $"Unrecognized command or argument '{parsed.UnmatchedTokens[0]}'."
            : parsed.Errors[0].Message;
        message = TypeName().Replace(message, match => match.Groups[1].Value switch
        {
            "Double" => "; a number is expected",
            "Boolean" => "; true or false is expected",
            _ => "; a whole number is expected",
        });
        List<string> path = [];
        for (Symbol? symbol = parsed.CommandResult.Command; symbol is Command and not RootCommand; symbol = symbol.Parents.FirstOrDefault())
        {
            path.Insert(0, symbol.Name);
        }
        return $"{message.ReplaceLineEndings(" ").Trim()} See \"{string.Join(' ', ["longtake", .. path, "--help"])}\".";
    }

    /// <summary>An option that the command does not have, and that would be taken for a prompt or a path; null if there is none.</summary>
    public static string? Misspelt(ParseResult parsed) =>
        parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash)
            ? null
            : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
                .FirstOrDefault(v => v.StartsWith("--", StringComparison.Ordinal));

    [GeneratedRegex(@" as expected type '[^']*System\.(\w+)[^']*'")]
    private static partial Regex TypeName();
}
