namespace LongTake.Evaluation.Reports.Html;

/// <summary>
/// The page's styles and its few lines of script. Colours are those of Okabe and Ito, which people with any common colour blindness tell
/// apart, lightened for dark pages; yellow is left out, which nobody can see on white.
/// </summary>
internal static class ReportStyle
{
    /// <summary>Numbers of line styles.</summary>
    public const int Count = 8;

    public const string Css =
        """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--faint:#5b6570;--rule:#d4d9df;--wash:#f3f5f7;--link:#0b5cad;
        --good:#00664a;--bad:#a63c00;--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b5528f;--s4:#b57900;--s5:#3a9bd1;--s6:#6f4e9c;--s7:#30343a;--ctl:#98a1ab}
        @media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e6e9ed;--faint:#a0a9b4;--rule:#363c44;--wash:#1e2228;--link:#7db9f5;
        --good:#4fd0a5;--bad:#ff9a62;--s0:#56a8e6;--s1:#f58a4b;--s2:#2cc79b;--s3:#e79bc8;--s4:#e8b33c;--s5:#a3d8f6;--s6:#b79be0;--s7:#d5d9de;--ctl:#77808a}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1.5rem 1.25rem 4rem;max-width:78rem;background:var(--paper);color:var(--ink);
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.4rem;margin:3rem 0 .5rem;padding-top:.6rem;border-top:2px solid var(--ink)}
        h3{font-size:1.1rem;margin:2rem 0 .4rem}h4{font-size:1rem;margin:1.3rem 0 .3rem}
        p{max-width:46rem;margin:.5rem 0}.faint,figcaption,small{color:var(--faint)}a{color:var(--link)}
        nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;padding:0;margin:.8rem 0;list-style:none}
        .tables{display:flex;flex-wrap:wrap;align-items:flex-start;gap:0 2.5rem}.table{overflow-x:auto;max-width:100%;margin:.8rem 0 1.4rem}table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
        caption{text-align:left;padding:.2rem .7rem .4rem;font-size:.875rem;font-weight:600;white-space:nowrap;color:var(--ink)}
        th,td{padding:.32rem .7rem;text-align:right;vertical-align:top;white-space:nowrap;border-bottom:1px solid var(--rule)}
        th:first-child,.text{text-align:left}td.wrap{white-space:normal;text-align:left;max-width:34rem}
        thead th{border-bottom:2px solid var(--ink);vertical-align:bottom}tbody th{font-weight:600;position:sticky;left:0;background:var(--paper)}
        small{display:block;font-weight:400;font-size:.89em}
        tbody.apart td,tbody.apart th{background:var(--wash);font-weight:400}tbody.apart .title th{font-weight:600;padding-top:.6rem}
        td.best{font-weight:700}td.better small{color:var(--good)}td.worse small{color:var(--bad)}td.better small,td.worse small{font-weight:600}
        td.none{color:var(--faint)}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,28rem),1fr));gap:.6rem 1.6rem}
        figure{margin:.6rem 0}figcaption{font-size:.875rem;margin:.15rem 0}
        svg.chart{width:100%;height:auto;max-width:44rem;display:block}svg.chart text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--ink)}
        svg.chart .label{fill:var(--faint)}svg.chart .heading{font-weight:600;font-size:13px}.grid{stroke:var(--rule)}.axis{stroke:var(--faint)}
        .line{fill:none;stroke-width:2;stroke-linejoin:round}.band{opacity:.13;stroke:none}.mark{stroke:var(--paper);stroke-width:1}
        .line.control{stroke:var(--ctl);stroke-width:1.6}.line.k0{stroke-dasharray:1.5 3}.line.k1{stroke-dasharray:11 5}.line.k2{stroke-dasharray:11 4 1.5 4}.band.control{fill:var(--ctl)}.bar.control{fill:var(--ctl)}
        .films{display:grid;gap:.7rem}.film{margin:0}.film img.strip{display:block;max-width:100%;height:auto;image-rendering:pixelated;border:1px solid var(--rule)}
        .film .who{font-weight:600;color:var(--ink)}.players{display:flex;flex-wrap:wrap;gap:.8rem;margin:.6rem 0}
        .players figure{margin:0;width:12rem}.players img,.players video{width:12rem;height:auto;image-rendering:pixelated;display:block;border:1px solid var(--rule)}
        ol.prompts{margin:.3rem 0;padding-left:1.6rem;font-size:.9rem}details{margin:.8rem 0}summary{cursor:pointer;font-weight:600}
        .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,32rem),1fr));gap:1rem 1.6rem}.missing{color:var(--faint);font-style:italic}
        dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.2rem 1rem;font-size:.9rem}dt{font-weight:600}dd{margin:0}
        @media print{@page{size:A4 landscape;margin:12mm}:root{color-scheme:light;--paper:#fff;--ink:#000;--faint:#444;--rule:#bbb;--wash:#f0f0f0;--link:#000;
        --good:#00664a;--bad:#a63c00;--s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b5528f;--s4:#b57900;--s5:#3a9bd1;--s6:#6f4e9c;--s7:#30343a;--ctl:#888}
        body{max-width:none;padding:0;font-size:11pt}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}nav,.players,.play{display:none}
        h2,h3,h4,caption{break-after:avoid}figure,tr,svg{break-inside:avoid}.table{overflow:visible}table{font-size:8.5pt}th,td{padding:.2rem .4rem}
        .charts{grid-template-columns:1fr 1fr}.gallery{grid-template-columns:1fr 1fr}details::details-content{content-visibility:visible;height:auto}}
        """;

    /// <summary>Videos that are shown side by side start together when they come into view.</summary>
    public const string Script =
        """
        for (const box of document.querySelectorAll('details.play')) box.addEventListener('toggle', () => {
          for (const v of box.querySelectorAll('video')) { if (box.open) { v.currentTime = 0; v.play().catch(() => {}); } else v.pause(); }
          if (box.open) for (const i of box.querySelectorAll('img')) i.src = i.src;
        });
        """;

    /// <summary>Colour and dash of each line style; colours repeat in no more than eight, dashes make them differ in print.</summary>
    public static string Series()
    {
        string[] dashes = ["none", "7 3", "3 2", "9 3 2 3", "5 2 1.5 2", "12 4", "3 2 1 2", "none"];
        return string.Concat(Enumerable.Range(0, Count).Select(i =>
            $".line.s{i}{{stroke:var(--s{i});stroke-dasharray:{dashes[i]}}}.band.s{i},.mark.s{i},.bar.s{i}{{fill:var(--s{i})}}"));
    }
}
