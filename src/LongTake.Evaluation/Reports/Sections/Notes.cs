using LongTake.Evaluation.Statistics;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>What must be said beside a table, so that it is not misread.</summary>
internal static class Notes
{
    private const string Total = "S_total";
    private static readonly string[] Trivial = [ControlRows.Loop, ControlRows.Restart];
    private static readonly string[] MotionFigures = ["motion", "frozen", "dynamic_degree", "si_dynamic", "si_flow", "freeze"];

    /// <summary>Sentences about a table; often none.</summary>
    public static IEnumerable<string> Of(ReportContext context, ResultGroup group)
    {
        if (group.Length > 1 && Trivial.All(group.Controls.Contains))
        {
            foreach (string verdict in Verdicts(context, group))
            {
                yield return verdict;
            }
        }
        string[] missing = [.. ControlRows.Names.Where(c => !group.Controls.Contains(c))];
        if (missing.Length > 0)
        {
            yield return $"Controls that were not run: {string.Join(", ", missing.Select(ControlRows.Title))}.";
        }
        bool consistency = Has(group, f => f.Contains("consistency", StringComparison.Ordinal));
        if (consistency && !Has(group, f => MotionFigures.Any(m => f.Contains(m, StringComparison.Ordinal))))
        {
            yield return "No motion was measured beside consistency: a frozen video would be perfectly consistent.";
        }
    }

    /// <summary>
    /// A method that does not beat a repeated clip and a fresh start has not extended anything (spec/benchmarks.md section 4.10). One sentence for all
    /// methods of which the same holds.
    /// </summary>
    private static IEnumerable<string> Verdicts(ReportContext context, ResultGroup group) =>
        context.MethodsOf(group)
            .Where(m => Trivial.Any(c => group.Compare(m, c, Total, context.Options.Statistics) is not null))
            .GroupBy(m => Unbeaten(context, group, m))
            .OrderBy(alike => alike.Key.Length)
            .Select(alike => Verdict([.. alike], alike.Key));

    private static string Verdict(string[] methods, string unbeaten)
    {
        (string these, bool one) = (And(methods), methods.Length == 1);
        return unbeaten.Length == 0
            ? $"{these} {(one ? "beats" : "beat")} looping and restarting a short clip on {Total}."
            : $"{these} {(one ? "does" : "do")} not beat {unbeaten} on {Total} beyond chance: by this measure {(one ? "it has" : "they have")} not "
                + "extended the model.";
    }

    /// <summary>The trivial rows that a method is not above, in words; empty if it is above all.</summary>
    private static string Unbeaten(ReportContext context, ResultGroup group, string method) => And(
        [
            .. Trivial
                .Where(c => group.Compare(method, c, Total, context.Options.Statistics) is { } d && !(d.Difference is { ExcludesZero: true, Mean: > 0 }))
                .Select(c => $"“{ControlRows.Title(c)}”"),
        ]);

    private static string And(string[] words) =>
        words.Length < 2 ? string.Concat(words) : $"{string.Join(", ", words[..^1])} and {words[^1]}";

    private static bool Has(ResultGroup group, Func<string, bool> figure) => group.Results.Any(r => r.Figures.Keys.Any(figure));
}
