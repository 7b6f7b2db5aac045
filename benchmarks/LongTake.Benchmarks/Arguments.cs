using System.Globalization;

namespace LongTake.Benchmarks;

/// <summary>What a benchmark command was told: <c>--name value</c> pairs and flags.</summary>
internal sealed class Arguments
{
    private readonly BenchmarkCommand _command;
    private readonly Dictionary<string, string> _values = [];

    /// <summary>Reads a command line.</summary>
    /// <exception cref="ArgumentException">The command has no such option, or a value is missing.</exception>
    public Arguments(BenchmarkCommand command, ReadOnlySpan<string> args)
    {
        _command = command;
        for (int i = 0; i < args.Length; i++)
        {
            string given = args[i];
            if (!given.StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{given}' is no option; options are --name value.");
            }
            BenchmarkOption option = command.AllOptions.FirstOrDefault(o => o.Name == given[2..]) ?? throw new ArgumentException(
                $"The command '{command.Name}' has no option {given}; it has {string.Join(", ", command.AllOptions.Select(o => $"--{o.Name}"))}.");
            if (option.Default is null)
            {
                _values[option.Name] = "";
                continue;
            }
            if (i + 1 == args.Length || args[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                throw new ArgumentException($"{given} takes a value, which is missing.");
            }
            _values[option.Name] = args[++i];
        }
    }

    /// <summary>Whether an option was given.</summary>
    public bool Has(string name)
    {
        _ = Option(name);
        return _values.ContainsKey(name);
    }

    /// <summary>A value, or its default.</summary>
    public string Text(string name)
    {
        BenchmarkOption option = Option(name);
        return _values.TryGetValue(name, out string? text) ? text
            : option.IsOpen || option.Default is null ? throw new InvalidOperationException($"--{name} has no default of its own.")
            : option.Default;
    }

    /// <summary>A whole number, or its default.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public int Integer(string name)
    {
        string text = Text(name);
        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new ArgumentException($"--{name} takes a whole number, not '{text}'.");
    }

    /// <summary>A whole number, or what it is where the option is left open.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public int Integer(string name, int otherwise) => Has(name) ? Integer(name) : otherwise;

    private BenchmarkOption Option(string name) => _command.AllOptions.FirstOrDefault(o => o.Name == name)
        ?? throw new InvalidOperationException($"The command '{_command.Name}' asks for an option --{name} that it does not declare.");
}
