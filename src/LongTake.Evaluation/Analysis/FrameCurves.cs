using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>Scores of every frame against the scene it belongs to.</summary>
internal sealed class FrameCurves
{
    private FrameCurves(int frames)
    {
        Identity = new double[frames];
        Background = new double[frames];
        Motion = new double[frames];
        Fidelity = new double[frames];
        Following = new double[frames];
    }

    /// <summary>I of every frame.</summary>
    public double[] Identity { get; }

    /// <summary>B of every frame.</summary>
    public double[] Background { get; }

    /// <summary>M of the nearest window; NaN in scenes without one.</summary>
    public double[] Motion { get; }

    /// <summary>Render fidelity relative to the ceiling.</summary>
    public double[] Fidelity { get; }

    /// <summary>Mean of identity, background and the motion score of the nearest window.</summary>
    public double[] Following { get; }

    public static FrameCurves Of(ReadOnlySpan<FrameReading> readings, Story story, MotionScorer motion, IReadOnlyList<double>? ceilings)
    {
        FrameCurves curves = new(readings.Length);
        for (int k = 0; k < story.Scenes.Count; k++)
        {
            StoryScene scene = story.Scenes[k];
            for (int i = scene.StartFrame; i < scene.EndFrame; i++)
            {
                curves.Identity[i] = FrameScores.Identity(readings[i], scene.State.Identity);
                curves.Background[i] = FrameScores.Background(readings[i], scene.State.Background);
                curves.Fidelity[i] = FrameScores.Clamp(FrameScores.Fidelity(readings[i]) / (ceilings?[k] ?? 1));
                curves.Motion[i] = motion.At(k, i) ?? double.NaN;
                curves.Following[i] = curves.Motion[i] is double m && !double.IsNaN(m)
                    ? (curves.Identity[i] + curves.Background[i] + m) / 3
                    : (curves.Identity[i] + curves.Background[i]) / 2;
            }
        }
        return curves;
    }

    /// <summary>
    /// The frames of a scene that its scores count: all of the first scene, and of later ones those after the half second in which a new
    /// prompt may take effect (the last frame at least).
    /// </summary>
    public static (int Start, int End) AfterGrace(Story story, int scene)
    {
        StoryScene s = story.Scenes[scene];
        int grace = scene == 0 ? 0 : Math.Min(MotionWindow.Grace(story.FramesPerSecond), s.FrameCount - 1);
        return (s.StartFrame + grace, s.EndFrame);
    }

    /// <summary>Mean of a curve over the frames that count.</summary>
    public double MeanAfterGrace(double[] curve, Story story)
    {
        double sum = 0;
        int count = 0;
        for (int k = 0; k < story.Scenes.Count; k++)
        {
            (int start, int end) = AfterGrace(story, k);
            for (int i = start; i < end; i++, count++)
            {
                sum += curve[i];
            }
        }
        return sum / count;
    }
}
