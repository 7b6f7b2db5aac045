namespace LongTake.Evaluation.Reports;

/// <summary>Which results a page is about. Null stands for all.</summary>
public sealed record ResultSelection
{
    /// <summary>Methods, in the order in which tables are to show them. Rows of controls always stay.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Suites, in the order in which the page is to show them.</summary>
    public IReadOnlyList<string>? Suites { get; init; }

    /// <summary>Lengths as multiples of the training length.</summary>
    public IReadOnlyList<double>? Lengths { get; init; }

    /// <summary>The results that are chosen. The reference row, which is always of length 1, stays.</summary>
    /// <exception cref="ReportException">There is no result of a method, suite or length; the message names those that there are.</exception>
    public IReadOnlyList<VideoResult> From(IReadOnlyList<VideoResult> results)
    {
        string[] methods = [.. results.Select(r => r.Method).Where(m => !ControlRows.Contains(m)).Distinct()];
        string[] suites = [.. results.Select(r => r.Suite).Distinct()];
        string[] lengths = [.. results.Select(r => r.Length).Distinct().Order().Select(Name)];
        Check("method", Methods, methods);
        Check("suite", Suites, suites);
        Check("length", Lengths?.Select(Name), lengths);
        return
        [
            .. results
                .Where(r => Methods is null || ControlRows.Contains(r.Method) || Methods.Contains(r.Method))
                .Where(r => Suites is null || Suites.Contains(r.Suite))
                .Where(r => Lengths is null || Lengths.Contains(r.Length) || r.Method == ControlRows.Reference)
                .OrderBy(r => Place(Suites, r.Suite))
                .ThenBy(r => Place(Methods, r.Method)),
        ];
    }

    private static void Check(string what, IEnumerable<string>? wanted, string[] present)
    {
        if (wanted?.FirstOrDefault(w => !present.Contains(w)) is string missing)
        {
            throw new ReportException($"No result is of the {what} {missing}; there are {string.Join(", ", present)}.");
        }
    }

    // Rows of controls, which are in no list, come last.
    private static int Place(IReadOnlyList<string>? wanted, string name)
    {
        for (int i = 0; wanted is not null && i < wanted.Count; i++)
        {
            if (wanted[i] == name)
            {
                return i;
            }
        }
        return int.MaxValue;
    }

    private static string Name(double length) => FormattableString.Invariant($"{length:0.##}x");
}
