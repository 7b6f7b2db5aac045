using System.Globalization;
using System.Text;
using LongTake.Evaluation.Trials;

namespace LongTake.Cli.Evaluate;

/// <summary>The parts of a trial's report as text.</summary>
internal static class TrialText
{
    private const int CurveRows = 12;

    private static CultureInfo Culture => CultureInfo.InvariantCulture;

    /// <summary>One part.</summary>
    public static string Of(TrialReport report, string part)
    {
        StringBuilder text = new();
        switch (part)
        {
            case "vae":
                VaeReport vae = report.Vae!;
                text.AppendLine(Culture,
                    $"vae: {vae.Frames} frames a clip, {vae.MeanPsnr:0.0} dB on average, {vae.WorstPsnr:0.0} dB at worst");
                Clips(text, vae.Clips);
                break;
            case "bidirectional":
                text.AppendLine($"bidirectional: {report.Bidirectional!.How}");
                Clips(text, report.Bidirectional);
                break;
            case "causal":
                text.AppendLine($"causal: {report.Causal!.How}");
                Clips(text, report.Causal);
                break;
            case "switch":
                Switch(text, report.Switch!);
                break;
            default:
                foreach (LongReport length in report.Long!)
                {
                    Long(text, length);
                }
                break;
        }
        return text.AppendLine().ToString();
    }

    private static void Clips(StringBuilder text, ClipReport report)
    {
        text.AppendLine("  percent of clips with the right ...                                                        | mean scores");
        text.AppendLine(
            "        clips shape colour subject  size  mark texture palette backgr. motion +speed | presence identity backgr. motion fidelity");
        Row(text, "all", report.All);
        Row(text, "CG-1", report.OnePair);
        Row(text, "CG-2", report.TwoPairs);
    }

    private static void Row(StringBuilder text, string name, ClipSummary? s)
    {
        if (s is null)
        {
            return;
        }
        text.AppendLine(Culture,
            $"  {name,-5} {s.Clips,5} {s.Shape,5:0.0} {s.Colour,6:0.0} {s.Subject,7:0.0} {s.Size,5:0.0} {s.Mark,5:0.0} {s.Texture,7:0.0} "
            + $"{s.Palette,7:0.0} {s.Background,7:0.0} {s.Kind,6:0.0} {s.Motion,6:0.0} | "
            + $"{s.PresenceScore,8:0.000} {s.IdentityScore,8:0.000} {s.BackgroundScore,7:0.000} {s.MotionScore,6:0.000} {s.FidelityScore,8:0.000}");
    }

    private static void Switch(StringBuilder text, SwitchReport report)
    {
        text.AppendLine($"switch: {report.How}");
        text.AppendLine("  percent of stories whose second scene has its ...                 | means");
        text.AppendLine("  caption stories backgr. motion +speed subject, as in scene 1 | latency s margin same subject following fidelity");
        foreach ((string name, SwitchSummary s) in new[] { ("pronoun", report.Pronoun), ("full", report.Full) })
        {
            text.AppendLine(Culture,
                $"  {name,-7} {s.Stories,7} {s.Background,7:0.0} {s.Kind,6:0.0} {s.Motion,6:0.0} {s.Subject,7:0.0} {s.SubjectKept,15:0.0} | "
                + $"{s.Latency,9:0.00} {s.Margin,6:0.000} {s.CrossIdentity,12:0.000} {s.Following,9:0.000} {s.Fidelity,8:0.000}");
        }
    }

    private static void Long(StringBuilder text, LongReport report)
    {
        LongScores m = report.Mean;
        text.AppendLine(Culture, $"long {report.Length}x: {report.Outcomes.Count} videos of {report.Seconds:0.0} s, {report.How}");
        text.AppendLine(Culture,
            $"  presence {m.Presence:0.000}, identity {m.Identity:0.000} (own {m.SelfIdentity:0.000}), background {m.Background:0.000}, "
            + $"motion {m.Motion:0.000}, fidelity {m.Fidelity:0.000}, total {m.Total:0.000}");
        text.AppendLine(Culture,
            $"  drift: fidelity {m.FidelityDrift:+0.0;-0.0;0.0} (absolute {m.FidelityDriftAbsolute:0.0}), following {m.FollowingDrift:+0.0;-0.0;0.0}, "
            + $"luma {m.LumaDrift:+0.0;-0.0;0.0}, chroma {m.ChromaDrift:+0.0;-0.0;0.0}");
        text.AppendLine(Culture,
            $"  jumps {m.Jumps:0.00} a minute (back to the start {m.Resets:0.00}), smooth {m.Smooth:0.000}, frozen {m.Frozen:0.000}, "
            + $"flicker {m.Flicker:0.000}, life {m.Life:0.0} s");
        text.AppendLine("  from s   fidelity identity following");
        int segments = report.Curve.Fidelity.Count, step = Math.Max(1, (segments + CurveRows - 1) / CurveRows);
        for (int i = 0; i < segments; i += step)
        {
            text.AppendLine(Culture,
                $"  {2 * i,6} {report.Curve.Fidelity[i],10:0.000} {report.Curve.Identity[i],8:0.000} {report.Curve.Following[i],9:0.000}");
        }
    }
}
