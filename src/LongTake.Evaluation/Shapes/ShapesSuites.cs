namespace LongTake.Evaluation.Shapes;

/// <summary>
/// The test suites of the Shapes world. Item i of a suite depends on (suite, i) alone. Source: spec/benchmarks.md section 4.6.
/// </summary>
public static partial class ShapesSuites
{
    /// <summary>One prompt for the whole video: items 0-95 in distribution, 96-111 CG-1, 112-127 CG-2.</summary>
    public const string Single = "single";

    /// <summary>Six scenes of one subject; background, motion or both change.</summary>
    public const string Story = "story";

    /// <summary>Rows of the rotation scheme of CsVBench: identity kept, motion and background rotate.</summary>
    public const string Cross = "cross";

    /// <summary>NarrLV's layout: one factor takes 1 to 6 different states.</summary>
    public const string Atoms = "atoms";

    /// <summary>One change at half time: background, motion, colour, mark, 16 items each.</summary>
    public const string Switch = "switch";

    /// <summary>Scenes A, B, A.</summary>
    public const string Recall = "recall";

    private static readonly (string Name, int Stream, int Count, Func<int, SuiteItem> Make)[] Suites =
    [
        (Single, 1, 128, MakeSingle),
        (Story, 2, 100, MakeStory),
        (Cross, 3, 144, MakeCross),
        (Atoms, 4, 360, MakeAtoms),
        (Switch, 5, 64, MakeSwitch),
        (Recall, 6, 64, MakeRecall),
    ];

    /// <summary>Names of all suites.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Suites.Select(s => s.Name)];

    /// <summary>Number of items of a suite.</summary>
    /// <exception cref="ArgumentException">There is no suite of that name.</exception>
    public static int Count(string suite) => Find(suite).Count;

    /// <summary>One item.</summary>
    /// <param name="suite">Name of the suite.</param>
    /// <param name="index">Number of the item, from 0.</param>
    /// <exception cref="ArgumentException">There is no suite of that name, or it has no such item.</exception>
    public static SuiteItem Get(string suite, int index)
    {
        (string name, _, int count, Func<int, SuiteItem> make) = Find(suite);
        if (index < 0 || index >= count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Suite {name} has items 0 to {count - 1}.");
        }
        return make(index);
    }

    /// <summary>All items of a suite in order.</summary>
    public static IEnumerable<SuiteItem> All(string suite)
    {
        (_, _, int count, Func<int, SuiteItem> make) = Find(suite);
        return Enumerable.Range(0, count).Select(make);
    }

    private static (string Name, int Stream, int Count, Func<int, SuiteItem> Make) Find(string suite)
    {
        foreach ((string Name, int Stream, int Count, Func<int, SuiteItem> Make) entry in Suites)
        {
            if (entry.Name == suite)
            {
                return entry;
            }
        }
        throw new ArgumentException($"There is no suite \"{suite}\"; there are {string.Join(", ", Names)}.", nameof(suite));
    }

    private static SplitMix64 Generator(string suite, int index) => new(Find(suite).Stream, index);
}
