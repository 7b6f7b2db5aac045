namespace LongTake.Evaluation.Shapes;

/// <content>How each suite draws its items.</content>
public static partial class ShapesSuites
{
    private static SuiteItem MakeSingle(int index)
    {
        SceneLevel level = index < 96 ? SceneLevel.InDistribution : index < 112 ? SceneLevel.OnePair : SceneLevel.TwoPairs;
        SplitMix64 random = Generator(Single, index);
        SceneState state = SceneSampler.Scene(random, level);
        (double x, double y) = SceneSampler.Position(random);
        return new SuiteItem(Single, index, x, y, [new SuiteSegment(state, SceneSampler.Phase(random))]);
    }

    private static SuiteItem MakeStory(int index)
    {
        SplitMix64 random = Generator(Story, index);
        SceneState state = SceneSampler.Scene(random, SceneLevel.InDistribution);
        (double x, double y) = SceneSampler.Position(random);
        List<SuiteSegment> segments = [new(state, SceneSampler.Phase(random))];
        for (int i = 1; i < 6; i++)
        {
            SceneDifference change = (SceneDifference)random.NextInt(3);
            state = SceneSampler.NextScene(random, state, change);
            segments.Add(new SuiteSegment(state, SceneSampler.Phase(random)));
        }
        return new SuiteItem(Story, index, x, y, segments);
    }

    /// <summary>The states follow from the index; start and phases are drawn (x0, y0, then one phase per scene).</summary>
    private static SuiteItem MakeCross(int index)
    {
        SplitMix64 random = Generator(Cross, index);
        (double x, double y) = SceneSampler.Position(random);
        int identity = index % 12;
        int shape = identity % 6;
        SceneState subject = new(
            shape, (shape + 1 + 4 * (identity / 6)) % 8, (identity + identity / 6) % 2, identity % 3, 0, 0, MotionKind.Still, 0);
        SuiteSegment[] segments = new SuiteSegment[6];
        for (int j = 0; j < segments.Length; j++)
        {
            int motion = (index + j) % 16;
            int background = (index + 2 * j) % 36;
            SceneState state = subject with
            {
                Texture = background % 6,
                Palette = (background / 6 + background) % 6,
                Kind = (MotionKind)(1 + motion % 8),
                Speed = motion / 8,
            };
            segments[j] = new SuiteSegment(state, SceneSampler.Phase(random));
        }
        return new SuiteItem(Cross, index, x, y, segments);
    }

    /// <summary>
    /// Item = 120 * factor + 20 * (n - 1) + repetition; the factors are background (scene attribute), colour (target attribute)
    /// and motion kind (target action; the speed stays). States are pairwise different.
    /// </summary>
    private static SuiteItem MakeAtoms(int index)
    {
        AtomFactor factor = AtomFactorOf(index);
        int count = AtomCountOf(index);
        return MakeChanges(Atoms, index, count, (random, states) =>
        {
            while (true)
            {
                SceneState next = states[0];
                switch (factor)
                {
                    case AtomFactor.SceneAttribute:
                        next = SceneSampler.DrawBackground(random, next);
                        break;
                    case AtomFactor.TargetAttribute:
                        next = next with { Colour = random.NextInt(8) };
                        break;
                    default:
                        MotionKind kind = (MotionKind)random.NextInt(9);
                        next = next with { Kind = kind, Speed = kind == MotionKind.Still ? 0 : next.Speed };
                        break;
                }
                if (next.Level == SceneLevel.InDistribution && states.TrueForAll(s => Differ(s, next)))
                {
                    return next;
                }
            }

            bool Differ(SceneState a, SceneState b) => factor switch
            {
                AtomFactor.SceneAttribute => a.Background != b.Background,
                AtomFactor.TargetAttribute => a.Colour != b.Colour,
                _ => a.Kind != b.Kind,
            };
        });
    }

    /// <summary>Items 0-15 change the background, 16-31 the motion, 32-47 the colour, 48-63 the mark.</summary>
    private static SuiteItem MakeSwitch(int index) => MakeChanges(Switch, index, 2, (random, states) =>
    {
        SceneState before = states[0];
        if (index < 32)
        {
            return SceneSampler.NextScene(random, before, index < 16 ? SceneDifference.Background : SceneDifference.Motion);
        }
        while (true)
        {
            SceneState next = index < 48 ? before with { Colour = random.NextInt(8) } : before with { Mark = random.NextInt(3) };
            if (next != before && next.Level == SceneLevel.InDistribution)
            {
                return next;
            }
        }
    });

    private static SuiteItem MakeRecall(int index) => MakeChanges(Recall, index, 3, (random, states) =>
        states.Count == 1 ? SceneSampler.NextScene(random, states[0], SceneDifference.Both) : states[0]);

    /// <summary>The factor an item of the atoms suite varies.</summary>
    public static AtomFactor AtomFactorOf(int index) => (AtomFactor)(index / 120);

    /// <summary>The number of states an item of the atoms suite goes through, 1 to 6.</summary>
    public static int AtomCountOf(int index) => index / 20 % 6 + 1;

    /// <summary>A base scene as in the single suite, then all changes, then one phase per further scene.</summary>
    private static SuiteItem MakeChanges(string suite, int index, int count, Func<SplitMix64, List<SceneState>, SceneState> next)
    {
        SplitMix64 random = Generator(suite, index);
        List<SceneState> states = [SceneSampler.Scene(random, SceneLevel.InDistribution)];
        (double x, double y) = SceneSampler.Position(random);
        double phase = SceneSampler.Phase(random);
        while (states.Count < count)
        {
            states.Add(next(random, states));
        }
        SuiteSegment[] segments = new SuiteSegment[count];
        for (int i = 0; i < count; i++)
        {
            segments[i] = new SuiteSegment(states[i], i == 0 ? phase : SceneSampler.Phase(random));
        }
        return new SuiteItem(suite, index, x, y, segments);
    }
}

/// <summary>What an item of the atoms suite varies; NarrLV's three factors.</summary>
public enum AtomFactor
{
    /// <summary>satt: the background.</summary>
    SceneAttribute,

    /// <summary>tatt: the subject's colour.</summary>
    TargetAttribute,

    /// <summary>tact: how the subject moves.</summary>
    TargetAction,
}
