namespace LongTake.Evaluation.Shapes;

/// <summary>
/// Writes captions in the closed grammar of spec/benchmarks.md section 4.4: lower case, one full stop at the end, and every one
/// of them read back to exactly one state by <see cref="CaptionParser"/>.
/// </summary>
public static class Captions
{
    /// <summary>Every word that a caption can contain, sorted (without the full stop).</summary>
    public static IReadOnlyList<string> Vocabulary => CaptionWords.Vocabulary;

    /// <summary>"a small cyan star moves slowly downward on a background of mint checkerboard."</summary>
    public static string Full(in SceneState state, CaptionWording wording = CaptionWording.Canonical) =>
        $"{Subject(state, wording)} {Rest(state, wording)}.";

    /// <summary>
    /// The caption of a later scene whose subject must come from memory: "it moves quickly to the left on a background of mint
    /// checkerboard." When the subject itself changes, "it" cannot say so, and the delta form is used.
    /// </summary>
    public static string Pronoun(in SceneState before, in SceneState state, CaptionWording wording = CaptionWording.Canonical) =>
        before.Identity == state.Identity ? $"it {Rest(state, wording)}." : Delta(before, state, wording);

    /// <summary>
    /// Only what changes: "it turns blue.", "it now circles clockwise slowly and the background becomes mint checkerboard."
    /// </summary>
    /// <param name="before">State of the scene before.</param>
    /// <param name="state">State of this scene.</param>
    /// <param name="wording">Choice of words.</param>
    /// <param name="again">Whether to say of the background that it becomes what it was "again".</param>
    /// <exception cref="ArgumentException">Nothing changes, or the shape does, for which the grammar has no words.</exception>
    public static string Delta(
        in SceneState before, in SceneState state, CaptionWording wording = CaptionWording.Canonical, bool again = false)
    {
        if (before.Shape != state.Shape)
        {
            throw new ArgumentException("The grammar has no words for a change of shape; use the full caption.", nameof(state));
        }
        List<string> clauses = [];
        if (before.Colour != state.Colour)
        {
            clauses.Add($"it turns {ShapesWorld.ColourNames[state.Colour]}");
        }
        if (before.Size != state.Size)
        {
            clauses.Add($"it {(state.Size == 1 ? "grows" : "shrinks")} {SizeWord(state, wording)}");
        }
        if (before.Mark != state.Mark)
        {
            clauses.Add(state.Mark == 0 ? "it loses its dot" : $"it gains a {ShapesWorld.MarkNames[state.Mark]} dot");
        }
        if (before.Motion != state.Motion)
        {
            clauses.Add($"it now {Verb(state, wording)}");
        }
        if (before.Background != state.Background)
        {
            clauses.Add($"the background becomes {BackgroundWords(state, wording)}{(again ? " again" : "")}");
        }
        if (clauses.Count == 0)
        {
            throw new ArgumentException("Nothing changes between the two states, so there is no delta caption.", nameof(state));
        }
        return string.Join(" and ", clauses) + ".";
    }

    /// <summary>
    /// One prompt for the whole story, for models that take only one: the first full caption, then " then " and the captions of
    /// the later scenes in pronoun form.
    /// </summary>
    /// <exception cref="ArgumentException">There is no state.</exception>
    public static string Joint(ReadOnlySpan<SceneState> states, CaptionWording wording = CaptionWording.Canonical)
    {
        if (states.IsEmpty)
        {
            throw new ArgumentException("A joint caption needs at least one state.", nameof(states));
        }
        string caption = Full(states[0], wording);
        for (int i = 1; i < states.Length; i++)
        {
            caption = $"{caption[..^1]} then {Pronoun(states[i - 1], states[i], wording)}";
        }
        return caption;
    }

    private static string Subject(in SceneState state, CaptionWording wording)
    {
        string dot = state.Mark == 0 ? "" : $" with a {ShapesWorld.MarkNames[state.Mark]} dot";
        return $"a {SizeWord(state, wording)} {ShapesWorld.ColourNames[state.Colour]} {ShapesWorld.ShapeNames[state.Shape]}{dot}";
    }

    private static string Rest(in SceneState state, CaptionWording wording) =>
        $"{Verb(state, wording)} on a background of {BackgroundWords(state, wording)}";

    private static string SizeWord(in SceneState state, CaptionWording wording) => CaptionWords.Sizes[state.Size][(int)wording];

    private static string BackgroundWords(in SceneState state, CaptionWording wording) =>
        $"{ShapesWorld.PaletteNames[state.Palette]} {CaptionWords.Texture(state.Texture, wording)}";

    private static string Verb(in SceneState state, CaptionWording wording)
    {
        string speed = CaptionWords.Speeds[state.Speed];
        return state.Kind switch
        {
            MotionKind.Still => "stays still",
            MotionKind.Clockwise => $"circles clockwise {speed}",
            MotionKind.CounterClockwise => $"circles counter-clockwise {speed}",
            MotionKind.Shake => $"shakes from side to side {speed}",
            MotionKind.Bob => $"bobs up and down {speed}",
            _ => $"{CaptionWords.Moves[(int)wording]} {speed} {CaptionWords.Directions[state.Kind - MotionKind.Right]}",
        };
    }
}
