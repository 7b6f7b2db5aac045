using LongTake.Evaluation.Reports.Html;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>In which chunks subjects jump: a method that collapses at fixed places shows spikes.</summary>
internal static class JumpSection
{
    /// <summary>Name of the events.</summary>
    public const string Event = "jumps";

    private static readonly string[] Shown = [ControlRows.Loop, ControlRows.Restart];

    public static bool Any(ReportContext context) => context.Results.Any(r => r.Events.ContainsKey(Event));

    public static void Write(HtmlBuilder html, ReportContext context)
    {
        html.Leaf("p", "Jumps a video by the chunk in which they happen. Spikes at fixed chunks mean collapse; an even floor means noise.");
        foreach (ResultGroup group in context.Groups)
        {
            (string Method, double[] Chunks)[] methods =
            [
                .. context.MethodsOf(group).Concat(Shown.Where(group.Controls.Contains)).Select(m => (m, Chunks(group.Of(m)))).Where(m => m.Item2.Length > 0),
            ];
            if (methods.Length == 0)
            {
                continue;
            }
            double top = methods.Max(m => m.Chunks.Max());
            html.Leaf("h3", group.Title);
            using HtmlBuilder.Scope charts = html.Open("div", ("class", "charts"));
            foreach ((string method, double[] chunks) in methods)
            {
                using HtmlBuilder.Scope figure = html.Open("figure");
                SvgBarChart.Write(html, ControlRows.Title(method), "chunk", "jumps a video", chunks, top, context.Style(method));
            }
        }
    }

    /// <summary>Mean number of jumps in each chunk; empty when they were not counted.</summary>
    private static double[] Chunks(IReadOnlyList<VideoResult> videos)
    {
        VideoResult[] counted = [.. videos.Where(v => v.Events.ContainsKey(Event) && v.Frames > 0)];
        if (counted.Length == 0)
        {
            return [];
        }
        double[] chunks = new double[counted.Max(v => FrameGrid.Chunks(v.Frames))];
        foreach (VideoResult video in counted)
        {
            foreach (int frame in video.Events[Event].Where(f => f >= 0 && f < video.Frames))
            {
                chunks[(FrameGrid.Latents(frame + 1) - 1) / FrameGrid.ChunkLatents] += 1.0 / counted.Length;
            }
        }
        return chunks;
    }
}
