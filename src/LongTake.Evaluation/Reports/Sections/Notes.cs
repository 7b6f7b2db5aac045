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
            foreach (string method in context.MethodsOf(group))
            {
                if (Verdict(context, group, method) is string verdict)
                {
                    yield return verdict;
                }
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

    /// <summary>A method that does not beat a repeated clip and a fresh start has not extended anything (spec/benchmarks.md section 4.10).</summary>
    private static string? Verdict(ReportContext context, ResultGroup group, string method)
    {
        string[] unbeaten =
        [
            .. Trivial.Where(c => group.Compare(method, c, Total, context.Options.Statistics) is { } d && !(d.Difference is { ExcludesZero: true, Mean: > 0 })),
        ];
        bool compared = Trivial.Any(c => group.Compare(method, c, Total, context.Options.Statistics) is not null);
        return !compared ? null : unbeaten.Length == 0
            ? $"{method} beats looping and restarting a short clip on {Total}."
            : $"{method} does not beat {string.Join(" and ", unbeaten.Select(c => $"“{ControlRows.Title(c)}”"))} on {Total} beyond chance: "
                + "by this measure it has not extended the model.";
    }

    private static bool Has(ResultGroup group, Func<string, bool> figure) => group.Results.Any(r => r.Figures.Keys.Any(figure));
}
