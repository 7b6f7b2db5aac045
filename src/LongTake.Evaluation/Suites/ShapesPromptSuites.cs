using LongTake.Evaluation.Shapes;
using LongTake.Generation.Stories;

namespace LongTake.Evaluation.Suites;

/// <summary>How later scenes of a Shapes story are put into words.</summary>
public enum CaptionForm
{
    /// <summary>Every scene in full.</summary>
    Full,

    /// <summary>The first in full, later ones by "it": who it is must come from memory.</summary>
    Pronoun,

    /// <summary>One prompt for the whole video, scenes joined by "then": for models that cannot change the prompt on the way.</summary>
    Joint,
}

/// <summary>
/// The suites of the Shapes world as prompts, at any length. <c>story</c> gives each of its six scenes one unit at 6x and two at 12x, and
/// goes through them again beyond that (four times at 48x); <c>cross</c> shows its first four scenes. At lengths below one unit a scene
/// both show their first scenes only, so that 1x is the model's own ground. Source: spec/benchmarks.md section 4.6.
/// </summary>
public static class ShapesPromptSuites
{
    private const int StoryScenes = 6;
    private const int CrossScenes = 4;

    /// <summary>A suite at a length.</summary>
    /// <param name="name">A name of <see cref="ShapesSuites.Names"/>.</param>
    /// <param name="units">Length as a multiple of the training length, such as 1, 6, 12 or 48.</param>
    /// <param name="form">How later scenes are put into words; suites of other forms than full are called name-pronoun and name-joint.</param>
    /// <param name="world">
    /// What part of the world the model knows, null for all of it: items are brought into it, and those left out whose scenes would no longer differ.
    /// </param>
    /// <exception cref="ArgumentException">There is no suite of that name.</exception>
    public static PromptSuite Get(string name, int units, CaptionForm form = CaptionForm.Full, WorldProfile? world = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        IEnumerable<SuiteItem> all = ShapesSuites.All(name);
        if (world is not null)
        {
            all = all.Where(world.KeepsDifferences).Select(world.Restrict);
        }
        PromptItem[] items = [.. all.Select(item => Convert(AtLength(item, units), form))];
        return new PromptSuite(form == CaptionForm.Full ? name : $"{name}-{form.ToString().ToLowerInvariant()}", items);
    }

    /// <summary>Name of a level in reports: ID, CG-1, CG-2.</summary>
    public static string LevelName(SceneLevel level) => level switch
    {
        SceneLevel.InDistribution => "ID",
        SceneLevel.OnePair => "CG-1",
        _ => "CG-2",
    };

    private static SuiteItem AtLength(SuiteItem item, int units) => item.Suite switch
    {
        ShapesSuites.Story when units < StoryScenes => item.Take(units),
        ShapesSuites.Story when units >= 4 * StoryScenes => item.Cycle(units / (2 * StoryScenes)),
        ShapesSuites.Cross => item.Take(Math.Min(units, CrossScenes)),
        _ => item,
    };

    private static PromptItem Convert(SuiteItem item, CaptionForm form)
    {
        IReadOnlyList<string> captions = form switch
        {
            CaptionForm.Pronoun => item.PronounCaptions,
            CaptionForm.Joint => [item.JointCaptions[^1]],
            _ => item.FullCaptions,
        };
        return new PromptItem
        {
            Id = FormattableString.Invariant($"{item.Index:D3}"),
            Scenes = [.. captions.Select(c => new Scene(c))],
            Level = LevelName(item.Level),
            Truth = item,
        };
    }
}
