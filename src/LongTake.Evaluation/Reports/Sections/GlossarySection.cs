using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports.Html;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>What figures and controls are.</summary>
internal static class GlossarySection
{
    public static void Write(HtmlBuilder html, ReportContext context)
    {
        using (html.Open("dl"))
        {
            foreach (MetricColumn column in context.Catalogue.Columns)
            {
                Entry(html, column.Name, column.Description.Length > 0 ? column.Description : "not described by the metrics of this version.");
            }
        }
        html.Leaf("h3", "Controls");
        using HtmlBuilder.Scope list = html.Open("dl");
        foreach (string control in ControlRows.Names)
        {
            Entry(html, ControlRows.Title(control), ControlRows.Description(control) + ".");
        }
    }

    private static void Entry(HtmlBuilder html, string name, string text)
    {
        html.Leaf("dt", name);
        html.Leaf("dd", text);
    }
}
