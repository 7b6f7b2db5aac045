using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>Computes <see cref="VideoScores"/>. Knows states and readings only, never the words of a prompt.</summary>
internal static class VideoScorer
{
    // Where a score counts as reached, and for how long it must stay there.
    private const double Reached = 0.7;
    private const double HoldSeconds = 0.25;
    private const double FlickerScale = 0.02;
    private const double LifeLevel = 0.5;

    public static VideoScores Score(ReadOnlySpan<FrameReading> readings, Story story, IReadOnlyList<double>? ceilings)
    {
        int rate = story.FramesPerSecond;
        MotionScorer motion = new(readings, story);
        FrameCurves curves = FrameCurves.Of(readings, story, motion, ceilings);
        SceneScores[] scenes = new SceneScores[story.Scenes.Count];
        for (int k = 0; k < scenes.Length; k++)
        {
            SceneScores own = Against(readings, story, motion, k, story.Scenes[k].State);
            scenes[k] = k == 0 ? own : own with
            {
                Latency = Latency(readings, story, k),
                Margin = own.Following - Against(readings, story, motion, k, story.Scenes[k - 1].State).Following,
            };
        }
        JumpReport jumps = JumpReport.Of(readings, story);
        double minutes = readings.Length / (60.0 * rate);
        return new VideoScores
        {
            Presence = Mean(readings, static (in FrameReading r) => r.IsPresent ? 1 : 0),
            Duplicates = Mean(readings, static (in FrameReading r) => r.Duplicates),
            Identity = curves.MeanAfterGrace(curves.Identity, story),
            SelfIdentity = SelfIdentity(readings, curves, story),
            Background = curves.MeanAfterGrace(curves.Background, story),
            Motion = motion.Mean,
            Following = scenes.Average(s => s.Following),
            Latency = scenes.Average(s => s.Latency),
            Margin = scenes.Average(s => s.Margin),
            CrossIdentity = CrossIdentity(readings, story),
            Fidelity = DriftScores.Mean(curves.Fidelity),
            Smooth = motion.Smooth,
            Jumps = jumps.Frames.Count / minutes,
            Resets = jumps.Resets / minutes,
            JumpFrames = jumps.Frames,
            Frozen = motion.Frozen,
            Flicker = Flicker(readings, story),
            LumaDrift = Drift(readings, rate, static (in FrameReading r) => r.Luma - r.IdealLuma),
            ChromaDrift = Drift(readings, rate, static (in FrameReading r) => r.Chroma - r.IdealChroma),
            Life = Life(curves, rate),
            FidelityDrift = DriftScores.Of(curves.Fidelity, rate),
            FollowingDrift = DriftScores.Of(curves.Following, rate),
            Scenes = scenes,
            Curve = new ScoreCurve(
                DriftScores.Segments(curves.Fidelity, rate),
                DriftScores.Segments(curves.Identity, rate),
                DriftScores.Segments(curves.Following, rate)),
        };
    }

    private delegate double Value(in FrameReading reading);

    private static double Mean(ReadOnlySpan<FrameReading> readings, Value value)
    {
        double sum = 0;
        foreach (ref readonly FrameReading reading in readings)
        {
            sum += value(reading);
        }
        return sum / readings.Length;
    }

    /// <summary>Scores of a scene against any state.</summary>
    private static SceneScores Against(ReadOnlySpan<FrameReading> readings, Story story, MotionScorer motion, int scene, SceneState state)
    {
        (int start, int end) = FrameCurves.AfterGrace(story, scene);
        double identity = 0, background = 0;
        for (int i = start; i < end; i++)
        {
            identity += FrameScores.Identity(readings[i], state.Identity);
            background += FrameScores.Background(readings[i], state.Background);
        }
        return new SceneScores(identity / (end - start), background / (end - start), motion.SceneMean(scene, state.MotionIndex));
    }

    /// <summary>Against the majority of each attribute between 0.25 and 1 s, over the frames that identity counts.</summary>
    private static double SelfIdentity(ReadOnlySpan<FrameReading> readings, FrameCurves curves, Story story)
    {
        int from = Math.Min((story.FramesPerSecond + 3) / 4, readings.Length - 1);
        int to = Math.Min(story.FramesPerSecond + 1, readings.Length);
        if (ClipClassification.MajorityIdentity(readings[from..to]) is not { } own)
        {
            return 0;
        }
        double[] scores = new double[readings.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = FrameScores.Identity(readings[i], own);
        }
        return curves.MeanAfterGrace(scores, story);
    }

    /// <summary>Over pairs of scenes i before j: the middle third of j against the majority identity of the middle third of i.</summary>
    private static double? CrossIdentity(ReadOnlySpan<FrameReading> readings, Story story)
    {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < story.Scenes.Count; i++)
        {
            (int Shape, int Colour, int Size, int Mark)? identity = ClipClassification.MajorityIdentity(MiddleThird(readings, story.Scenes[i]));
            for (int j = i + 1; j < story.Scenes.Count; j++, pairs++)
            {
                if (identity is { } known)
                {
                    sum += Mean(MiddleThird(readings, story.Scenes[j]), (in FrameReading r) => FrameScores.Identity(r, known));
                }
            }
        }
        return pairs == 0 ? null : sum / pairs;
    }

    private static ReadOnlySpan<FrameReading> MiddleThird(ReadOnlySpan<FrameReading> readings, StoryScene scene)
    {
        int third = scene.FrameCount / 3;
        return readings.Slice(scene.StartFrame + third, Math.Max(1, scene.FrameCount - 2 * third));
    }

    /// <summary>From when on what the cut changed scores at least 0.7 for a quarter of a second, in seconds; at most the scene's length.</summary>
    private static double Latency(ReadOnlySpan<FrameReading> readings, Story story, int scene)
    {
        StoryScene now = story.Scenes[scene];
        SceneState before = story.Scenes[scene - 1].State, state = now.State;
        int rate = story.FramesPerSecond;
        int hold = Math.Min((int)Math.Ceiling(HoldSeconds * rate), now.FrameCount);
        double[]? motion = before.Motion == state.Motion ? null : MotionScorer.EveryFrame(readings, now, rate);
        int held = 0;
        for (int i = 0; i < now.FrameCount; i++)
        {
            ref readonly FrameReading reading = ref readings[now.StartFrame + i];
            bool reached = (before.Identity == state.Identity || FrameScores.Identity(reading, state.Identity) >= Reached)
                && (before.Background == state.Background || FrameScores.Background(reading, state.Background) >= Reached)
                && (motion is null || motion[i] >= Reached);
            held = reached ? held + 1 : 0;
            if (held == hold)
            {
                return (double)(i + 1 - hold) / rate;
            }
        }
        return (double)now.FrameCount / rate;
    }

    private static double Flicker(ReadOnlySpan<FrameReading> readings, Story story)
    {
        double excess = 0;
        int count = 0;
        foreach (StoryScene scene in story.Scenes)
        {
            for (int i = scene.StartFrame + 1; i < scene.EndFrame; i++, count++)
            {
                excess += readings[i].Change - readings[i].IdealChange;
            }
        }
        return count == 0 ? 1 : Math.Exp(-Math.Max(0, excess / count) / FlickerScale);
    }

    /// <summary>Last minus first five seconds (halves of shorter videos).</summary>
    private static double Drift(ReadOnlySpan<FrameReading> readings, int rate, Value value)
    {
        int ends = Math.Max(1, Math.Min(5 * rate, readings.Length / 2));
        return Mean(readings[^ends..], value) - Mean(readings[..ends], value);
    }

    /// <summary>The end of the first 2 s over which the mean of min(fidelity, identity) is below one half.</summary>
    private static double Life(FrameCurves curves, int rate)
    {
        int length = 2 * rate;
        double sum = 0;
        for (int i = 0; i < curves.Fidelity.Length; i++)
        {
            sum += At(i) - (i >= length ? At(i - length) : 0);
            if (i + 1 >= length && sum / length < LifeLevel)
            {
                return (double)(i + 1) / rate;
            }
        }
        return (double)curves.Fidelity.Length / rate;

        double At(int frame) => Math.Min(curves.Fidelity[frame], curves.Identity[frame]);
    }
}
