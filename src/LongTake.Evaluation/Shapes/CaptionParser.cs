namespace LongTake.Evaluation.Shapes;

/// <summary>
/// Reads captions of every form and wording back to states. Full captions stand alone; pronoun and delta captions need the
/// state of the scene before; a joint caption gives one state per scene.
/// </summary>
public static class CaptionParser
{
    /// <summary>Reads a caption of one scene.</summary>
    /// <param name="caption">The caption; case and the final full stop do not matter.</param>
    /// <param name="before">State of the scene before, for pronoun and delta captions.</param>
    /// <exception cref="FormatException">The caption is not in the grammar; the message quotes the words that are not.</exception>
    public static SceneState Parse(string caption, SceneState? before = null)
    {
        IReadOnlyList<SceneState> states = ParseAll(caption, before);
        return states.Count == 1
            ? states[0]
            : throw new FormatException($"The caption describes {states.Count} scenes, one is expected: \"{caption}\".");
    }

    /// <summary>Reads a caption of one or several scenes (joint form).</summary>
    /// <param name="caption">The caption; case and the final full stop do not matter.</param>
    /// <param name="before">State of the scene before, for captions that begin with a pronoun.</param>
    /// <exception cref="FormatException">The caption is not in the grammar; the message quotes the words that are not.</exception>
    public static IReadOnlyList<SceneState> ParseAll(string caption, SceneState? before = null)
    {
        WordReader words = new(caption);
        List<SceneState> states = [];
        do
        {
            before = ParseScene(words, before);
            states.Add(before.Value);
        }
        while (words.Take("then"));
        words.ExpectEnd();
        return states;
    }

    private static SceneState ParseScene(WordReader words, SceneState? before)
    {
        if (words.Take("a"))
        {
            SceneState subject = ParseSubject(words);
            return ParseSetting(words, ParseVerb(words, subject));
        }
        if (before is not { } state)
        {
            throw words.Error("a full caption, which begins with \"a\" (only later scenes may use \"it\")");
        }

        // "it <verb> on a background of ..." or clauses that each change one thing.
        if (words.PeekIs("it") && words.PeekVerb(1))
        {
            words.Expect("it");
            return ParseSetting(words, ParseVerb(words, state));
        }
        do
        {
            state = ParseClause(words, state);
        }
        while (words.Take("and"));
        return state;
    }

    private static SceneState ParseSubject(WordReader words)
    {
        int size = ParseSize(words);
        int colour = words.ExpectOneOf(ShapesWorld.ColourNames, "a colour");
        int shape = words.ExpectOneOf(ShapesWorld.ShapeNames, "a shape");
        int mark = 0;
        if (words.Take("with"))
        {
            words.Expect("a");
            mark = ParseDot(words);
        }
        return new SceneState(shape, colour, size, mark, 0, 0, MotionKind.Still, 0);
    }

    private static SceneState ParseSetting(WordReader words, SceneState state)
    {
        words.ExpectAll("on a background of");
        return ParseBackground(words, state);
    }

    private static SceneState ParseClause(WordReader words, SceneState state)
    {
        if (words.Take("the"))
        {
            words.ExpectAll("background becomes");
            state = ParseBackground(words, state);
            words.Take("again");
            return state;
        }
        words.Expect("it");
        if (words.Take("now"))
        {
            return ParseVerb(words, state);
        }
        if (words.Take("turns"))
        {
            return state with { Colour = words.ExpectOneOf(ShapesWorld.ColourNames, "a colour") };
        }
        if (words.Take("gains"))
        {
            words.Expect("a");
            return state with { Mark = ParseDot(words) };
        }
        if (words.Take("loses"))
        {
            words.ExpectAll("its dot");
            return state with { Mark = 0 };
        }
        int wanted = words.Take("grows") ? 1 : words.Take("shrinks") ? 0 : throw words.Error("what happens to the subject");
        int size = ParseSize(words);
        return size == wanted ? state with { Size = size } : throw words.Error("\"grows large\" or \"shrinks small\"");
    }

    private static int ParseSize(WordReader words)
    {
        for (int size = 0; size < CaptionWords.Sizes.Length; size++)
        {
            if (words.TakeOneOf(CaptionWords.Sizes[size]) >= 0)
            {
                return size;
            }
        }
        throw words.Error("a size");
    }

    private static int ParseDot(WordReader words)
    {
        int mark = words.Take("white") ? 1 : words.Take("black") ? 2 : throw words.Error("\"white\" or \"black\"");
        words.Expect("dot");
        return mark;
    }

    private static SceneState ParseVerb(WordReader words, SceneState state)
    {
        if (words.Take("stays"))
        {
            words.Expect("still");
            return state with { Kind = MotionKind.Still, Speed = 0 };
        }
        if (words.TakeOneOf(CaptionWords.Moves) >= 0)
        {
            int speed = ParseSpeed(words);
            for (int i = 0; i < CaptionWords.Directions.Length; i++)
            {
                if (words.TakeAll(CaptionWords.Directions[i]))
                {
                    return state with { Kind = MotionKind.Right + i, Speed = speed };
                }
            }
            throw words.Error("a direction");
        }
        MotionKind kind;
        if (words.Take("circles"))
        {
            kind = words.Take("clockwise") ? MotionKind.Clockwise
                : words.Take("counter-clockwise") ? MotionKind.CounterClockwise
                : throw words.Error("\"clockwise\" or \"counter-clockwise\"");
        }
        else if (words.Take("shakes"))
        {
            words.ExpectAll("from side to side");
            kind = MotionKind.Shake;
        }
        else if (words.Take("bobs"))
        {
            words.ExpectAll("up and down");
            kind = MotionKind.Bob;
        }
        else
        {
            throw words.Error("a motion");
        }
        return state with { Kind = kind, Speed = ParseSpeed(words) };
    }

    private static int ParseSpeed(WordReader words) => words.ExpectOneOf(CaptionWords.Speeds, "\"slowly\" or \"quickly\"");

    private static SceneState ParseBackground(WordReader words, SceneState state)
    {
        int palette = words.ExpectOneOf(ShapesWorld.PaletteNames, "a palette");
        for (int texture = 0; texture < ShapesWorld.TextureNames.Count; texture++)
        {
            if (words.TakeAll(CaptionWords.Texture(texture, CaptionWording.Canonical))
                || words.TakeAll(CaptionWords.Texture(texture, CaptionWording.Drifts))
                || words.TakeAll(CaptionWords.Texture(texture, CaptionWording.TestOnly)))
            {
                return state with { Texture = texture, Palette = palette };
            }
        }
        throw words.Error("a texture");
    }
}
