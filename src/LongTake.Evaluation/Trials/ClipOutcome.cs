using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Trials;

/// <summary>What a model made of one prompt of one scene: which of the wanted attributes the video has, and its scores.</summary>
public sealed record ClipOutcome
{
    /// <summary>Number of the prompt (<see cref="HeldOutScenes"/>).</summary>
    public required int Prompt { get; init; }

    /// <summary>Seed of the video.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The prompt.</summary>
    public required string Caption { get; init; }

    /// <summary>Held-out pairs in the prompt: 1, or 2 for two or more.</summary>
    public required int Level { get; init; }

    /// <summary>Right shape.</summary>
    public required bool Shape { get; init; }

    /// <summary>Right colour.</summary>
    public required bool Colour { get; init; }

    /// <summary>Right shape and colour.</summary>
    public bool Subject => Shape && Colour;

    /// <summary>Right size.</summary>
    public required bool Size { get; init; }

    /// <summary>Right mark.</summary>
    public required bool Mark { get; init; }

    /// <summary>Right texture.</summary>
    public required bool Texture { get; init; }

    /// <summary>Right palette.</summary>
    public required bool Palette { get; init; }

    /// <summary>Right texture and palette.</summary>
    public bool Background => Texture && Palette;

    /// <summary>Right kind of motion, whatever the speed.</summary>
    public required bool Kind { get; init; }

    /// <summary>Right kind and speed of motion.</summary>
    public required bool Motion { get; init; }

    /// <summary>Share of frames with a subject.</summary>
    public required double PresenceScore { get; init; }

    /// <summary>Identity score.</summary>
    public required double IdentityScore { get; init; }

    /// <summary>Background score.</summary>
    public required double BackgroundScore { get; init; }

    /// <summary>Motion score; 0 when the clip is too short for one.</summary>
    public required double MotionScore { get; init; }

    /// <summary>Picture quality relative to what the VAE keeps.</summary>
    public required double FidelityScore { get; init; }

    /// <summary>Judges a video of one scene.</summary>
    /// <param name="prompt">Number of the prompt.</param>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="readings">The video.</param>
    /// <param name="story">What it should show.</param>
    /// <param name="ceiling">Fidelity of the true video after the VAE.</param>
    internal static ClipOutcome Of(int prompt, ulong seed, ReadOnlySpan<FrameReading> readings, Story story, double ceiling)
    {
        SceneState state = story.Scenes[0].State;
        ClipClassification seen = ClipClassification.Of(readings, story.FramesPerSecond);
        VideoScores scores = VideoScores.Of(readings, story, [ceiling]);
        return new ClipOutcome
        {
            Prompt = prompt,
            Seed = seed,
            Caption = Captions.Full(state),
            Level = (int)state.Level,
            Shape = seen.HasShape(state),
            Colour = seen.HasColour(state),
            Size = seen.Identity?.Size == state.Size,
            Mark = seen.Identity?.Mark == state.Mark,
            Texture = seen.Texture == state.Texture,
            Palette = seen.Palette == state.Palette,
            Kind = seen.HasKind(state),
            Motion = seen.HasMotion(state),
            PresenceScore = scores.Presence,
            IdentityScore = scores.Identity,
            BackgroundScore = scores.Background,
            MotionScore = scores.Motion ?? 0,
            FidelityScore = scores.Fidelity,
        };
    }
}

/// <summary>Shares of clips, in percent, with an attribute right, and mean scores in [0, 1].</summary>
/// <param name="Clips">Number of clips.</param>
/// <param name="Shape">Percent with the right shape.</param>
/// <param name="Colour">Percent with the right colour.</param>
/// <param name="Subject">Percent with both.</param>
/// <param name="Size">Percent with the right size.</param>
/// <param name="Mark">Percent with the right mark.</param>
/// <param name="Texture">Percent with the right texture.</param>
/// <param name="Palette">Percent with the right palette.</param>
/// <param name="Background">Percent with both.</param>
/// <param name="Kind">Percent with the right kind of motion.</param>
/// <param name="Motion">Percent with the right kind and speed.</param>
/// <param name="PresenceScore">Mean share of frames with a subject.</param>
/// <param name="IdentityScore">Mean identity score.</param>
/// <param name="BackgroundScore">Mean background score.</param>
/// <param name="MotionScore">Mean motion score.</param>
/// <param name="FidelityScore">Mean picture quality.</param>
public sealed record ClipSummary(
    int Clips, double Shape, double Colour, double Subject, double Size, double Mark, double Texture, double Palette, double Background,
    double Kind, double Motion,
    double PresenceScore, double IdentityScore, double BackgroundScore, double MotionScore, double FidelityScore)
{
    /// <summary>Sums up clips; null when there are none.</summary>
    public static ClipSummary? Of(IReadOnlyCollection<ClipOutcome> clips)
    {
        return clips.Count == 0 ? null : new ClipSummary(
            clips.Count, Percent(c => c.Shape), Percent(c => c.Colour), Percent(c => c.Subject), Percent(c => c.Size), Percent(c => c.Mark),
            Percent(c => c.Texture), Percent(c => c.Palette), Percent(c => c.Background), Percent(c => c.Kind), Percent(c => c.Motion),
            clips.Average(c => c.PresenceScore), clips.Average(c => c.IdentityScore), clips.Average(c => c.BackgroundScore),
            clips.Average(c => c.MotionScore), clips.Average(c => c.FidelityScore));

        double Percent(Func<ClipOutcome, bool> right) => 100.0 * clips.Count(right) / clips.Count;
    }
}
