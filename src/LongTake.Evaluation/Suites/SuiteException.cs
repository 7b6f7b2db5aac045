namespace LongTake.Evaluation.Suites;

/// <summary>A prompt suite that cannot be used as written. The message is one line that names file, item and remedy.</summary>
/// <param name="message">One line for the user.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class SuiteException(string message, Exception? inner = null) : FormatException(message, inner);
