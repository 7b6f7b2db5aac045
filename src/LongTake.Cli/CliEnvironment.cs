using System.Runtime.InteropServices;
using Spectre.Console;

namespace LongTake.Cli;

/// <summary>
/// What a command writes to and how it is asked to stop. Results go to <see cref="Out"/>; progress, notes and errors to
/// <see cref="Error"/>, so that output can be piped.
/// </summary>
public sealed class CliEnvironment : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <summary>An environment of the caller's making.</summary>
    /// <param name="output">Results.</param>
    /// <param name="error">Progress, notes and errors.</param>
    /// <param name="interactive">Whether a person watches <paramref name="error"/>: a moving bar instead of lines.</param>
    public CliEnvironment(TextWriter output, TextWriter error, bool interactive)
        : this(output, error, interactive, new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(error),
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = interactive ? InteractionSupport.Detect : InteractionSupport.No,
        })
    {
    }

    /// <summary>An environment with a terminal of known abilities.</summary>
    internal CliEnvironment(TextWriter output, TextWriter error, bool interactive, AnsiConsoleSettings terminal)
    {
        Out = output;
        Error = error;
        Interactive = interactive;
        Console = AnsiConsole.Create(terminal);
        if (!interactive)
        {
            // Redirected lines are for files and programs: never wrapped.
            Console.Profile.Width = 10_000;
        }
    }

    /// <summary>Results.</summary>
    public TextWriter Out { get; }

    /// <summary>Progress, notes and errors.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether a person watches.</summary>
    public bool Interactive { get; }

    /// <summary><see cref="Error"/> with colours and a live display.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Set by the first Ctrl-C (or a termination signal): finish what is in work, close everything, leave.</summary>
    public CancellationToken StopRequested => _stop.Token;

    /// <summary>The console of this process; the first Ctrl-C asks to stop, the second ends the process at once.</summary>
    public static CliEnvironment OfProcess()
    {
        CliEnvironment environment = new(System.Console.Out, System.Console.Error, !System.Console.IsErrorRedirected);
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
        {
            environment._signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                if (!environment._stop.IsCancellationRequested)
                {
                    context.Cancel = true;
                    environment.Stop();
                }
            }));
        }
        return environment;
    }

    /// <summary>Asks the command to stop, as Ctrl-C does.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Writes a note for the user.</summary>
    public void Note(string text) => Console.WriteLine(text);

    /// <inheritdoc/>
    public void Dispose()
    {
        _signals.ForEach(s => s.Dispose());
        _stop.Dispose();
    }
}
