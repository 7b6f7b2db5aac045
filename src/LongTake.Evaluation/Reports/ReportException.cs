namespace LongTake.Evaluation.Reports;

/// <summary>Results that cannot be read or reported on. The message is one line that names the file, the line and the remedy.</summary>
/// <param name="message">One line for the user.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class ReportException(string message, Exception? inner = null) : FormatException(message, inner);
