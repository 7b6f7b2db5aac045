namespace LongTake.Benchmarks;

/// <summary>An option of a benchmark command.</summary>
/// <param name="Name">As it is written after <c>--</c>.</param>
/// <param name="Default">Its value where it is not given; null for an option that is there or not.</param>
/// <param name="Meaning">What it says, in a few words; empty where the name does.</param>
internal sealed record BenchmarkOption(string Name, string? Default, string Meaning = "")
{
    /// <summary>Where the value depends on something else; a word that says on what takes the place of the default in the usage.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Threads of the backend.</summary>
    public static BenchmarkOption Threads { get; } = new("threads", "0", "0: all processors");

    /// <summary>The one option of all commands.</summary>
    public static BenchmarkOption Json { get; } = new("json", null, "print one JSON line");

    /// <summary>Repetitions of the work.</summary>
    /// <param name="count">How many where it is not given.</param>
    public static BenchmarkOption Runs(int count) => new("runs", $"{count}", "measured runs");

    /// <summary>An option that is there or not.</summary>
    public static BenchmarkOption Flag(string name, string meaning) => new(name, null, meaning);

    /// <summary>An option whose default depends on something else.</summary>
    public static BenchmarkOption Open(string name, string dependence, string meaning = "") => new(name, dependence, meaning) { IsOpen = true };
}
