using System.Text;

namespace LongTake.Benchmarks;

/// <summary>A command of the program.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Summary">What it times, in a line.</param>
/// <param name="Run">Does it; gives the exit code.</param>
/// <param name="Options">What it can be told, but for <c>--json</c>.</param>
internal sealed record BenchmarkCommand(string Name, string Summary, Func<Arguments, int> Run, params BenchmarkOption[] Options)
{
    /// <summary>All options.</summary>
    public IReadOnlyList<BenchmarkOption> AllOptions { get; } = [.. Options, BenchmarkOption.Json];

    /// <summary>What the command is and what it can be told, an option a line.</summary>
    public string Usage()
    {
        StringBuilder text = new($"LongTake.Benchmarks {Name} [--name value ...]\n{Summary}\n\n");
        int width = AllOptions.Max(o => Written(o).Length);
        foreach (BenchmarkOption option in AllOptions)
        {
            text.Append("  ").Append(Written(option).PadRight(width)).Append("  ").Append(option.Meaning);
            if (!string.IsNullOrEmpty(option.Default))
            {
                text.Append(option.Meaning.Length > 0 ? " " : "").Append($"(default: {option.Default})");
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    private static string Written(BenchmarkOption option) => option.Default is null ? $"--{option.Name}" : $"--{option.Name} value";
}
