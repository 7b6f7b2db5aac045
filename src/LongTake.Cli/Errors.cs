using LongTake.Alignment.Training;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Stories;

namespace LongTake.Cli;

/// <summary>Options that do not fit together or mean nothing. The message is one line that names the option and the remedy.</summary>
/// <param name="message">One line for the user.</param>
public sealed class UsageException(string message) : Exception(message);

/// <summary>A failure that is the user's to mend rather than a defect. The message is one line with the remedy.</summary>
/// <param name="message">One line for the user.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class CliException(string message, Exception? inner = null) : Exception(message, inner);

internal static class Errors
{
    /// <summary>
    /// Whether an exception carries a message for the user. Any other is a defect of this program, whose stack trace is wanted.
    /// </summary>
    public static bool IsExpected(Exception e) => e
        is UsageException or CliException
        or IOException                      // CheckpointException and VideoOutputException among them
        or InvalidDataException             // caches of latents and trajectories that do not belong to the recipe
        or UnauthorizedAccessException
        or StoryException or RecipeException or SuiteException or ReportException
        or InsufficientMemoryException
        or (ArgumentException and not ArgumentNullException);

    /// <summary>The message without what .NET appends to it: the name of a parameter says nothing to a user.</summary>
    public static string MessageOf(Exception e) =>
        e is ArgumentException { ParamName: string name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
}
