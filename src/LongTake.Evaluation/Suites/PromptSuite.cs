using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Suites;

/// <summary>Items that methods are compared on: one of the Shapes world's suites, or the prompts of a user's file.</summary>
/// <param name="Name">Name in results and reports.</param>
/// <param name="Items">The items, at least one, with different ids.</param>
public sealed record PromptSuite(string Name, IReadOnlyList<PromptItem> Items)
{
    /// <summary>Reads a user's file; see <see cref="PromptFile"/> for the formats.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SuiteException">It cannot be read or is no suite; the message names file and item.</exception>
    public static PromptSuite Load(string path) => PromptFile.Load(path);

    /// <summary>A suite of the Shapes world at a length; see <see cref="ShapesPromptSuites"/>.</summary>
    /// <param name="name">A name of <see cref="ShapesSuites.Names"/>.</param>
    /// <param name="units">Length as a multiple of the training length, such as 1, 6, 12 or 48.</param>
    /// <param name="form">How later scenes are put into words.</param>
    /// <param name="world">What part of the world the model knows; null for all of it.</param>
    /// <exception cref="ArgumentException">There is no suite of that name.</exception>
    public static PromptSuite Shapes(string name, int units, CaptionForm form = CaptionForm.Full, WorldProfile? world = null) =>
        ShapesPromptSuites.Get(name, units, form, world);

    /// <summary>The suite with every prompt understood as a caption of the Shapes world, for models that know nothing else.</summary>
    /// <param name="world">What part of the world the model knows; null for all of it.</param>
    /// <exception cref="SuiteException">
    /// A prompt is not in the grammar, or asks for what the model does not know; the message names the item and quotes the words.
    /// </exception>
    public PromptSuite ForShapes(WorldProfile? world = null) =>
        this with { Items = [.. Items.Select((item, i) => ShapesPrompts.WithTruth(Name, i, item, world))] };

    /// <summary>Items spread evenly over the suite, the first among them, so that each of its groups keeps its share.</summary>
    /// <param name="count">How many; a suite with fewer stays as it is.</param>
    public PromptSuite Spread(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return count >= Items.Count ? this : this with { Items = [.. Enumerable.Range(0, count).Select(i => Items[(int)((long)i * Items.Count / count)])] };
    }

    /// <summary>The first items only.</summary>
    /// <param name="count">How many; a suite with fewer stays as it is.</param>
    public PromptSuite Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return this with { Items = [.. Items.Take(count)] };
    }

    /// <summary>The items with these ids, in this order.</summary>
    /// <exception cref="SuiteException">There is no item of such an id.</exception>
    public PromptSuite Select(IEnumerable<string> ids) => this with
    {
        Items = [.. ids.Select(id => Items.FirstOrDefault(i => i.Id == id)
            ?? throw new SuiteException($"The suite {Name} has no item {id}; its items are {Items[0].Id} to {Items[^1].Id}."))],
    };
}
