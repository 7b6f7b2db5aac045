using System.Globalization;

namespace LongTake.Generation.Methods;

/// <summary>
/// Named settings of a method as a user gives them; keeps what each was set to, and refuses names that the method does not know.
/// </summary>
/// <param name="method">Name of the method, for messages.</param>
/// <param name="given">Names and values.</param>
public sealed class MethodSettings(string method, IReadOnlyDictionary<string, string>? given = null)
{
    private readonly IReadOnlyDictionary<string, string> _given = given ?? new Dictionary<string, string>();
    private readonly List<KeyValuePair<string, string>> _used = [];
    private readonly Dictionary<string, (string Choice, string Present)> _elsewhere = [];

    /// <summary>Name of the method, for messages.</summary>
    public string Method => method;

    /// <summary>What has been asked for so far, with the values in force.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Used => _used;

    /// <summary>A whole number.</summary>
    /// <exception cref="ArgumentException">The value given is none.</exception>
    public int Int(string name, int otherwise)
    {
        int value = otherwise;
        if (_given.TryGetValue(name, out string? text) &&
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            throw new ArgumentException($"The setting '{name}' of {method} is '{text}'; a whole number is expected.");
        }
        _used.Add(KeyValuePair.Create(name, value.ToString(CultureInfo.InvariantCulture)));
        return value;
    }

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentException">The value given is none.</exception>
    public double Double(string name, double otherwise)
    {
        double value = otherwise;
        if (_given.TryGetValue(name, out string? text) &&
            (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || !double.IsFinite(value)))
        {
            throw new ArgumentException($"The setting '{name}' of {method} is '{text}'; a number is expected.");
        }
        _used.Add(KeyValuePair.Create(name, value.ToString(CultureInfo.InvariantCulture)));
        return value;
    }

    /// <summary>A list of whole numbers, written with hyphens (<c>1000-750-500</c>).</summary>
    /// <exception cref="ArgumentException">The value given is none.</exception>
    public IReadOnlyList<int> Steps(string name, IReadOnlyList<int> otherwise)
    {
        IReadOnlyList<int> value = otherwise;
        if (_given.TryGetValue(name, out string? text))
        {
            string[] parts = text.Split('-', StringSplitOptions.TrimEntries);
            value = parts.All(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                ? [.. parts.Select(p => int.Parse(p, NumberStyles.None, CultureInfo.InvariantCulture))]
                : throw new ArgumentException($"The setting '{name}' of {method} is '{text}'; whole numbers with hyphens are expected, like 1000-750-500.");
        }
        _used.Add(KeyValuePair.Create(name, string.Join('-', value)));
        return value;
    }

    /// <summary>Any text, such as the path of a file.</summary>
    public string Text(string name, string otherwise)
    {
        string value = _given.GetValueOrDefault(name, otherwise);
        _used.Add(KeyValuePair.Create(name, value));
        return value;
    }

    /// <summary>On or off.</summary>
    /// <exception cref="ArgumentException">The value given is neither.</exception>
    public bool Switch(string name, bool otherwise)
    {
        bool value = otherwise;
        if (_given.TryGetValue(name, out string? text))
        {
            value = text.ToLowerInvariant() switch
            {
                "on" or "true" or "yes" => true,
                "off" or "false" or "no" => false,
                _ => throw new ArgumentException($"The setting '{name}' of {method} is '{text}'; on or off is expected."),
            };
        }
        _used.Add(KeyValuePair.Create(name, value ? "on" : "off"));
        return value;
    }

    /// <summary>One of the names of an enumeration, written with hyphens (<c>global-sink</c>).</summary>
    /// <exception cref="ArgumentException">The value given is none of them.</exception>
    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        T value = otherwise;
        if (_given.TryGetValue(name, out string? text))
        {
            T[] fitting = [.. Enum.GetValues<T>().Where(v => Hyphenated(v).Equals(text, StringComparison.OrdinalIgnoreCase))];
            if (fitting.Length == 0)
            {
                string known = string.Join(", ", Enum.GetValues<T>().Select(Hyphenated));
                throw new ArgumentException($"The setting '{name}' of {method} is '{text}'; it is one of {known}.");
            }
            value = fitting[0];
        }
        _used.Add(KeyValuePair.Create(name, Hyphenated(value)));
        return value;
    }

    /// <summary>Notes that settings go with other choices than the one that was made, so that they are refused by saying so.</summary>
    /// <param name="names">The settings; those in use already are passed over.</param>
    /// <param name="choice">The choice that they go with, such as <c>context=averages</c>.</param>
    /// <param name="present">The choice that was made.</param>
    public void NoteElsewhere(IEnumerable<string> names, string choice, string present)
    {
        foreach (string name in names)
        {
            string choices = _elsewhere.TryGetValue(name, out (string Choice, string Present) known) && known.Choice != choice
                ? $"{known.Choice} or {choice}"
                : choice;
            _elsewhere[name] = (choices, present);
        }
    }

    /// <summary>Refuses names that nobody has asked for.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    public void RefuseUnknown()
    {
        foreach (string name in _given.Keys)
        {
            if (!_used.Any(u => u.Key == name))
            {
                if (_elsewhere.TryGetValue(name, out (string Choice, string Present) other))
                {
                    throw new ArgumentException(
                        $"The setting '{name}' of {method} goes with {other.Choice}, but there is {other.Present}; change that or leave '{name}' out.");
                }
                string known = _used.Count == 0 ? "it has none" : "it has " + string.Join(", ", _used.Select(u => u.Key));
                throw new ArgumentException($"{char.ToUpperInvariant(method[0])}{method[1..]} has no setting '{name}'; {known}.");
            }
        }
    }

    /// <summary>A value of an enumeration as settings are written (<c>global-sink</c>).</summary>
    internal static string Hyphenated<T>(T value)
        where T : struct, Enum
    {
        string name = value.ToString();
        return string.Concat(name.Select((c, i) => (i > 0 && char.IsUpper(c) ? "-" : string.Empty) + char.ToLowerInvariant(c)));
    }
}
