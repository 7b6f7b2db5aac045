using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports;

/// <summary>What all sections of a report draw on.</summary>
internal sealed class ReportContext
{
    private readonly List<string> _methods;

    /// <exception cref="ReportException">There is no result, or none of the baseline.</exception>
    public ReportContext(IReadOnlyList<VideoResult> results, string folder, ReportOptions options)
    {
        if (results.Count == 0)
        {
            throw new ReportException("There is no result to report on; evaluate a method first.");
        }
        Results = results;
        Options = options;
        _methods = [.. results.Select(r => r.Method).Where(m => !ControlRows.Contains(m)).Distinct()];
        Baseline = options.Baseline ?? _methods.FirstOrDefault();
        if (options.Baseline is not null && results.All(r => r.Method != options.Baseline))
        {
            throw new ReportException(
                $"There is no result of the baseline {options.Baseline}; the results have {string.Join(", ", results.Select(r => r.Method).Distinct())}.");
        }

        // The baseline comes first in every table and has the first colour.
        if (Baseline is not null && _methods.Remove(Baseline))
        {
            _methods.Insert(0, Baseline);
        }
        Groups = ResultGroup.Of(results);
        Catalogue = new FigureCatalogue(results, options.Columns);
        if (options.ShownFigures?.FirstOrDefault(f => Catalogue.Columns.All(c => c.Name != f)) is string unknown)
        {
            throw new ReportException($"No result has the figure {unknown}; there are {string.Join(", ", Catalogue.Columns.Select(c => c.Name))}.");
        }
        string[] curves = [.. results.SelectMany(r => r.Curves.Keys).Distinct()];
        if (options.ShownCurves?.FirstOrDefault(c => !curves.Contains(c)) is string missing)
        {
            throw new ReportException($"No result has the curve {missing}; there are {string.Join(", ", curves)}.");
        }
        Media = new MediaBox(folder, options);
    }

    public IReadOnlyList<VideoResult> Results { get; }

    public ReportOptions Options { get; }

    /// <summary>What the others are compared with; null when there are only controls.</summary>
    public string? Baseline { get; }

    /// <summary>Methods without controls, the baseline first.</summary>
    public IReadOnlyList<string> Methods => _methods;

    public IReadOnlyList<ResultGroup> Groups { get; }

    public FigureCatalogue Catalogue { get; }

    public MediaBox Media { get; }

    /// <summary>Whether the tables of scores show a figure.</summary>
    public bool Shows(string figure) => Options.ShownFigures?.Contains(figure) ?? true;

    /// <summary>Whether a curve over time is drawn.</summary>
    public bool Draws(string curve) => Options.ShownCurves?.Contains(curve) ?? true;

    /// <summary>The methods that a group has, the baseline first.</summary>
    public IEnumerable<string> MethodsOf(ResultGroup group) => _methods.Where(group.Methods.Contains);

    /// <summary>Number of a method's colour; null for controls.</summary>
    public int? Style(string method) => _methods.IndexOf(method) is >= 0 and int i ? i % ReportStyle.Count : null;
}
