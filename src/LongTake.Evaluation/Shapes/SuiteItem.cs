namespace LongTake.Evaluation.Shapes;

/// <summary>One scene of a suite item, without a length.</summary>
/// <param name="State">What it shows.</param>
/// <param name="Phase">Phase of its motion in radians.</param>
public readonly record struct SuiteSegment(SceneState State, double Phase);

/// <summary>
/// One item of a suite: the scenes and where the subject starts. Frames come with a length (<see cref="ToStory"/>), so that the
/// same item can be asked for at 1x, 6x, 12x and 48x. Source: spec/benchmarks.md section 4.6.
/// </summary>
/// <param name="Suite">Name of the suite.</param>
/// <param name="Index">Number within it.</param>
/// <param name="StartX">Horizontal start position in pixels at scale 1.</param>
/// <param name="StartY">Vertical start position.</param>
/// <param name="Segments">The scenes in order.</param>
public sealed record SuiteItem(string Suite, int Index, double StartX, double StartY, IReadOnlyList<SuiteSegment> Segments)
{
    /// <summary>The highest level of its scenes.</summary>
    public SceneLevel Level => Segments.Max(s => s.State.Level);

    /// <summary>One full caption per scene.</summary>
    public IReadOnlyList<string> FullCaptions => [.. Segments.Select(s => Captions.Full(s.State))];

    /// <summary>
    /// What happens up to each scene in one caption: the first scene in full, later ones by pronoun after " then ". The last is the whole
    /// story for a model that takes one prompt.
    /// </summary>
    public IReadOnlyList<string> JointCaptions
    {
        get
        {
            string[] captions = [.. PronounCaptions];
            for (int i = 1; i < captions.Length; i++)
            {
                captions[i] = $"{captions[i - 1][..^1]} then {captions[i]}";
            }
            return captions;
        }
    }

    /// <summary>
    /// The first scene in full, later ones by pronoun. In the recall suite the scene that comes back says "again".
    /// </summary>
    public IReadOnlyList<string> PronounCaptions
    {
        get
        {
            string[] captions = new string[Segments.Count];
            captions[0] = Captions.Full(Segments[0].State);
            for (int i = 1; i < captions.Length; i++)
            {
                SceneState before = Segments[i - 1].State;
                SceneState state = Segments[i].State;
                captions[i] = Suite == ShapesSuites.Recall && i == 2
                    ? Captions.Delta(before, state, again: true)
                    : PronounOrFull(before, state);
            }
            return captions;
        }
    }

    /// <summary>The scenes cycled, as the 48x setting of the story suite does with its six.</summary>
    public SuiteItem Cycle(int times)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        return this with { Segments = [.. Enumerable.Repeat(Segments, times).SelectMany(s => s)] };
    }

    /// <summary>The first scenes only, as the cross suite uses by default.</summary>
    public SuiteItem Take(int segments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(segments, Segments.Count);
        return this with { Segments = [.. Segments.Take(segments)] };
    }

    /// <summary>The item as a video: the scenes share its chunks equally, cuts on the nearest chunk boundaries.</summary>
    /// <param name="profile">Frame rate and unit.</param>
    /// <param name="units">Length as a multiple of the training length: 1, 6, 12, 48.</param>
    /// <exception cref="ArgumentException">There are fewer chunks than scenes.</exception>
    public Story ToStory(VideoProfile profile, int units)
    {
        int frames = profile.Frames(units);
        int chunks = units * profile.UnitChunks;
        if (chunks < Segments.Count)
        {
            throw new ArgumentException(
                $"{Segments.Count} scenes do not fit into {units} unit(s) of {profile.UnitChunks} chunks; ask for more units.",
                nameof(units));
        }
        StoryScene[] scenes = new StoryScene[Segments.Count];
        for (int i = 0; i < scenes.Length; i++)
        {
            int start = FrameGrid.ChunkStart(Boundary(i));
            int end = i + 1 == scenes.Length ? frames : FrameGrid.ChunkStart(Boundary(i + 1));
            scenes[i] = new StoryScene(Segments[i].State, Segments[i].Phase, start, end - start);
        }
        return new Story(profile.FramesPerSecond, StartX, StartY, scenes);

        int Boundary(int segment) => (2 * segment * chunks + Segments.Count) / (2 * Segments.Count);
    }

    private static string PronounOrFull(SceneState before, SceneState state) =>
        before.Shape == state.Shape ? Captions.Pronoun(before, state) : Captions.Full(state);
}
