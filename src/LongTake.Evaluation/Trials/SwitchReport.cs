using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Trials;

/// <summary>Stories of two scenes.</summary>
/// <param name="How">How they were sampled.</param>
/// <param name="Pronoun">With the second caption in pronoun form: the subject must come from memory.</param>
/// <param name="Full">With the second caption in full.</param>
public sealed record SwitchReport(string How, SwitchSummary Pronoun, SwitchSummary Full);

/// <summary>What became of one story: what its last two thirds of the second scene show.</summary>
public sealed record SwitchOutcome
{
    /// <summary>Number of the prompt (<see cref="HeldOutScenes.GetSwitch"/>).</summary>
    public required int Prompt { get; init; }

    /// <summary>Seed of the video.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The second caption.</summary>
    public required string Caption { get; init; }

    /// <summary>The second scene's texture and palette are reached.</summary>
    public required bool Background { get; init; }

    /// <summary>Its kind of motion is.</summary>
    public required bool Kind { get; init; }

    /// <summary>Its kind and speed of motion are.</summary>
    public required bool Motion { get; init; }

    /// <summary>Shape and colour are those that the first scene showed, right or wrong.</summary>
    public required bool SubjectKept { get; init; }

    /// <summary>Shape and colour are those of the prompt.</summary>
    public required bool Subject { get; init; }

    /// <summary>Seconds until background and motion are there; at most the scene's length.</summary>
    public required double Latency { get; init; }

    /// <summary>How much better the second scene fits its own prompt than the first one's.</summary>
    public required double Margin { get; init; }

    /// <summary>Whether the subject is the same, as a score.</summary>
    public required double CrossIdentity { get; init; }

    /// <summary>Prompt following.</summary>
    public required double Following { get; init; }

    /// <summary>Picture quality relative to what the VAE keeps.</summary>
    public required double Fidelity { get; init; }

    internal static SwitchOutcome Of(
        int prompt, ulong seed, string caption, ReadOnlySpan<FrameReading> readings, Story story, IReadOnlyList<double> ceilings)
    {
        StoryScene first = story.Scenes[0], second = story.Scenes[1];
        int skip = second.FrameCount / 3;
        ClipClassification before = ClipClassification.Of(readings[..first.EndFrame], story.FramesPerSecond);
        ClipClassification after = ClipClassification.Of(readings[(second.StartFrame + skip)..], story.FramesPerSecond);
        VideoScores scores = VideoScores.Of(readings, story, ceilings);
        SceneState state = second.State;
        return new SwitchOutcome
        {
            Prompt = prompt,
            Seed = seed,
            Caption = caption,
            Background = after.HasBackground(state),
            Kind = after.HasKind(state),
            Motion = after.HasMotion(state),
            SubjectKept = before.Identity is { } was && after.Identity is { } now && (was.Shape, was.Colour) == (now.Shape, now.Colour),
            Subject = after.HasShape(state) && after.HasColour(state),
            Latency = scores.Latency ?? 0,
            Margin = scores.Margin ?? 0,
            CrossIdentity = scores.CrossIdentity ?? 0,
            Following = scores.Following,
            Fidelity = scores.Fidelity,
        };
    }
}

/// <summary>Shares of stories in percent, and means.</summary>
/// <param name="Stories">Number of stories.</param>
/// <param name="Background">Percent that reach the second background.</param>
/// <param name="Kind">Percent that reach the second kind of motion.</param>
/// <param name="Motion">Percent that reach kind and speed.</param>
/// <param name="SubjectKept">Percent that keep the subject they had.</param>
/// <param name="Subject">Percent with the prompt's subject at the end.</param>
/// <param name="Latency">Mean seconds until the change is there.</param>
/// <param name="Margin">Mean margin.</param>
/// <param name="CrossIdentity">Mean sameness of the subject.</param>
/// <param name="Following">Mean prompt following.</param>
/// <param name="Fidelity">Mean picture quality.</param>
/// <param name="Outcomes">One by one.</param>
public sealed record SwitchSummary(
    int Stories, double Background, double Kind, double Motion, double SubjectKept, double Subject,
    double Latency, double Margin, double CrossIdentity, double Following, double Fidelity, IReadOnlyList<SwitchOutcome> Outcomes)
{
    internal static SwitchSummary Of(List<SwitchOutcome> outcomes)
    {
        return new SwitchSummary(
            outcomes.Count, Percent(o => o.Background), Percent(o => o.Kind), Percent(o => o.Motion), Percent(o => o.SubjectKept),
            Percent(o => o.Subject), outcomes.Average(o => o.Latency), outcomes.Average(o => o.Margin), outcomes.Average(o => o.CrossIdentity),
            outcomes.Average(o => o.Following), outcomes.Average(o => o.Fidelity), outcomes);

        double Percent(Func<SwitchOutcome, bool> right) => 100.0 * outcomes.Count(right) / outcomes.Count;
    }
}
