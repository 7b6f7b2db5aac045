using System.Diagnostics;

namespace LongTake.Cli.Tests;

/// <summary>Runs command lines in-process, in a folder of its own.</summary>
public abstract class CliFixture : IDisposable
{
    protected CliFixture() => Directory.CreateDirectory(Folder);

    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), "longtake-cli-tests", Path.GetRandomFileName());

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string At(string name) => Path.Combine(Folder, name);

    /// <summary>Runs a command line to its end.</summary>
    protected static CliResult Run(params string[] arguments) => RunUntil(null, arguments);

    /// <summary>Runs a command line and presses Ctrl-C when a line of standard error begins with <paramref name="stopAt"/>.</summary>
    protected static CliResult RunUntil(string? stopAt, params string[] arguments)
    {
        using StringWriter output = new();
        using WatchingWriter error = new(stopAt);
        using CliEnvironment environment = new(output, error, interactive: false);
        error.Found = environment.Stop;
        int code = LongTakeApplication.RunAsync(arguments, environment).GetAwaiter().GetResult();
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts a command line in a process of its own, to be killed. Its output is thrown away.</summary>
    protected static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "longtake.dll"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        Process process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Runs a command line that must fail with one line, and gives the line.</summary>
    protected static string Refused(int exitCode, params string[] arguments)
    {
        CliResult result = Run(arguments);
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}: {result.Error}");
        string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string last = lines[^1];
        Assert.StartsWith("longtake: ", last, StringComparison.Ordinal);
        Assert.Single(lines, l => l.StartsWith("longtake: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        return last;
    }

    protected static string Failed(params string[] arguments) => Refused(LongTakeApplication.Failed, arguments);

    protected static string WrongUsage(params string[] arguments) => Refused(LongTakeApplication.WrongUsage, arguments);

    private sealed class WatchingWriter(string? stopAt) : StringWriter
    {
        private readonly System.Text.StringBuilder _line = new();

        public Action? Found { get; set; }

        public override void Write(char value)
        {
            lock (_line)
            {
                base.Write(value);
                _line.Append(value);
                if (value == '\n')
                {
                    Check();
                    _line.Clear();
                }
            }
        }

        public override void Write(string? value)
        {
            foreach (char c in value ?? "")
            {
                Write(c);
            }
        }

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        private void Check()
        {
            if (stopAt is not null && _line.ToString().StartsWith(stopAt, StringComparison.Ordinal))
            {
                Found?.Invoke();
            }
        }
    }
}

/// <summary>What a command did.</summary>
public sealed record CliResult(int ExitCode, string Output, string Error);
