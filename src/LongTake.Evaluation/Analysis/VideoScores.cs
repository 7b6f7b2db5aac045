using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// How well a video shows the story it was asked for, and how well it holds. All scores are in [0, 1] and 1 is best unless said otherwise.
/// Source: spec/benchmarks.md section 4.8; the names there in brackets.
/// </summary>
public sealed record VideoScores
{
    /// <summary>Share of frames with a subject (<c>presence</c>).</summary>
    public required double Presence { get; init; }

    /// <summary>Area of other coloured things as a share of the subject's; 0 is best (<c>dup</c>).</summary>
    public required double Duplicates { get; init; }

    /// <summary>Shape, colour, size and mark against the prompt (<c>identity</c>).</summary>
    public required double Identity { get; init; }

    /// <summary>The same against what the video itself showed in its first second (<c>self_identity</c>).</summary>
    public required double SelfIdentity { get; init; }

    /// <summary>Texture and palette against the prompt (<c>background</c>).</summary>
    public required double Background { get; init; }

    /// <summary>Motion against the prompt (<c>motion</c>); null when no scene lasts a second.</summary>
    public required double? Motion { get; init; }

    /// <summary>Mean over the scenes of identity, background and motion (<c>following</c>).</summary>
    public required double Following { get; init; }

    /// <summary>Seconds from a cut until what changed is there, mean over the cuts; null without a cut (<c>latency</c>).</summary>
    public required double? Latency { get; init; }

    /// <summary>How much better a scene fits its own prompt than the one before, mean over the cuts; null without a cut (<c>margin</c>).</summary>
    public required double? Margin { get; init; }

    /// <summary>Whether the subject of each scene is that of the scenes before, mean over pairs; null without a cut (<c>xid</c>).</summary>
    public required double? CrossIdentity { get; init; }

    /// <summary>Picture quality relative to the ceiling (<c>fidelity</c>).</summary>
    public required double Fidelity { get; init; }

    /// <summary>Share of steps that do not jerk (<c>smooth</c>).</summary>
    public required double Smooth { get; init; }

    /// <summary>Jumps a minute (<c>jumps</c>); 0 is best.</summary>
    public required double Jumps { get; init; }

    /// <summary>Jumps a minute back to the beginning of the video (<c>reset</c>); 0 is best.</summary>
    public required double Resets { get; init; }

    /// <summary>Frames that the subject jumped in.</summary>
    public required IReadOnlyList<int> JumpFrames { get; init; }

    /// <summary>Share of time in which a subject that should move hardly does (<c>frozen</c>); 0 is best.</summary>
    public required double Frozen { get; init; }

    /// <summary>Stability of the picture from frame to frame (<c>flicker</c>).</summary>
    public required double Flicker { get; init; }

    /// <summary>Change of brightness from the first to the last seconds in 8-bit levels, content removed (<c>d_luma</c>); 0 is best.</summary>
    public required double LumaDrift { get; init; }

    /// <summary>Change of saturation from the first to the last seconds in 8-bit levels, content removed (<c>d_chroma</c>); 0 is best.</summary>
    public required double ChromaDrift { get; init; }

    /// <summary>Seconds until picture or identity is lost for good measure; the duration if never (<c>life</c>).</summary>
    public required double Life { get; init; }

    /// <summary>Drift of the picture quality, in points of 100.</summary>
    public required DriftScores FidelityDrift { get; init; }

    /// <summary>Drift of the prompt following, in points of 100.</summary>
    public required DriftScores FollowingDrift { get; init; }

    /// <summary>The scenes.</summary>
    public required IReadOnlyList<SceneScores> Scenes { get; init; }

    /// <summary>Means over segments of 2 s.</summary>
    public required ScoreCurve Curve { get; init; }

    /// <summary>Mean of fidelity, flicker, smoothness, absence of jumps and self-identity (<c>S_quality</c>).</summary>
    public double Quality => (Fidelity + Flicker + Smooth + (1 - Math.Min(1, Jumps / 6)) + SelfIdentity) / 5;

    /// <summary>
    /// Geometric mean of quality and following, so that neither a frozen beauty nor an obedient mess can win (<c>S_total</c>).
    /// </summary>
    public double Total => Math.Sqrt(Quality * Following);

    /// <summary>Scores a video whose frames are read already.</summary>
    /// <param name="readings">One a frame (<see cref="VideoAnalyser.Read"/>).</param>
    /// <param name="story">What it should show.</param>
    /// <param name="ceilings">
    /// Per scene, the fidelity that a perfect video keeps through the model's VAE (<see cref="FrameScores.Fidelity"/> of the round trip,
    /// averaged); null for 1.
    /// </param>
    /// <exception cref="ArgumentException">The counts of frames or ceilings do not fit the story, or a ceiling is not in (0, 1].</exception>
    public static VideoScores Of(ReadOnlySpan<FrameReading> readings, Story story, IReadOnlyList<double>? ceilings = null)
    {
        if (readings.Length != story.FrameCount)
        {
            throw new ArgumentException($"The video has {readings.Length} frames, its story {story.FrameCount}.", nameof(readings));
        }
        if (CeilingsProblem(story, ceilings) is string problem)
        {
            throw new ArgumentException(problem, nameof(ceilings));
        }
        return VideoScorer.Score(readings, story, ceilings);
    }

    /// <summary>Scores a video.</summary>
    /// <param name="frames">[F, 64, 64, 3] bytes.</param>
    /// <param name="story">What it should show.</param>
    /// <param name="ceilings">See the other overload.</param>
    /// <exception cref="ArgumentException">Frames, story and ceilings do not fit together.</exception>
    public static VideoScores Of(ReadOnlyMemory<byte> frames, Story story, IReadOnlyList<double>? ceilings = null) =>
        Of(new VideoAnalyser().Read(frames), story, ceilings);

    /// <summary>What is wrong with ceilings, if anything.</summary>
    internal static string? CeilingsProblem(Story story, IReadOnlyList<double>? ceilings) =>
        ceilings is null || (ceilings.Count == story.Scenes.Count && ceilings.All(c => c is > 0 and <= 1)) ? null
        : $"Ceilings are one number in (0, 1] for each of the {story.Scenes.Count} scenes.";
}

/// <summary>Scores of one scene, after the half second in which its prompt may take effect.</summary>
/// <param name="Identity">Shape, colour, size and mark.</param>
/// <param name="Background">Texture and palette.</param>
/// <param name="Motion">Motion; null when the scene is shorter than a second.</param>
/// <param name="Latency">Seconds until what changed is there; null in the first scene.</param>
/// <param name="Margin">Following of its own prompt minus that of the one before; null in the first scene.</param>
public sealed record SceneScores(double Identity, double Background, double? Motion, double? Latency = null, double? Margin = null)
{
    /// <summary>Mean of identity, background and motion (of the first two when there is no motion score).</summary>
    public double Following => Motion is double motion ? (Identity + Background + motion) / 3 : (Identity + Background) / 2;
}

/// <summary>Scores over time: means over consecutive segments of 2 s.</summary>
/// <param name="Fidelity">Picture quality.</param>
/// <param name="Identity">Identity.</param>
/// <param name="Following">Prompt following.</param>
public sealed record ScoreCurve(IReadOnlyList<double> Fidelity, IReadOnlyList<double> Identity, IReadOnlyList<double> Following);
