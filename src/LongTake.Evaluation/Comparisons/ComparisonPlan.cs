using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;

namespace LongTake.Evaluation.Comparisons;

/// <summary>
/// All videos of a comparison in the order in which they are made: by length, item, seed, then the methods, then the controls; so that the
/// first figures of every method come early, and a stopped comparison goes on where it was. Source: spec/benchmarks.md section 4.10.
/// </summary>
public sealed class ComparisonPlan
{
    private ComparisonPlan(string suite, VideoProfile profile, IReadOnlyList<PlannedVideo> videos)
    {
        Suite = suite;
        Profile = profile;
        Videos = videos;
    }

    /// <summary>Name of the suite.</summary>
    public string Suite { get; }

    /// <summary>Frame rate and training length.</summary>
    public VideoProfile Profile { get; }

    /// <summary>The videos in order.</summary>
    public IReadOnlyList<PlannedVideo> Videos { get; }

    /// <summary>Lays everything out.</summary>
    /// <param name="options">What is compared.</param>
    /// <param name="profile">Frame rate and training length of the model.</param>
    /// <param name="world">What part of the Shapes world the model knows; null for models of anything else.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="SuiteException">The suite cannot be read, does not fit the model or the lengths.</exception>
    public static ComparisonPlan Of(ComparisonOptions options, VideoProfile profile, WorldProfile? world)
    {
        options.Validate();
        List<PlannedVideo> videos = [];
        string name = "";
        if (options.Controls)
        {
            PromptSuite suite = Load(options, 1, world);
            foreach ((int place, PromptItem item) in suite.Items.Index())
            {
                PromptVideo video = item.At(profile, 1);
                AddSeeds(seed => videos.Add(new PlannedVideo(ControlRows.Reference, null, video, 1, seed, Keep: place < options.KeptItems)));
            }
        }
        foreach (int length in options.Lengths.Order())
        {
            PromptSuite suite = Load(options, length, world);
            name = suite.Name;
            foreach ((int place, PromptItem item) in suite.Items.Index())
            {
                PromptVideo video = item.At(profile, length);
                bool keep = place < options.KeptItems;
                AddSeeds(seed =>
                {
                    bool first = seed == options.FirstSeed;
                    foreach (MethodChoice method in options.Methods)
                    {
                        videos.Add(new PlannedVideo(method.Label, method, video, length, seed, keep && first));
                    }
                    foreach (string control in options.Controls ? ControlsOf(video, length, first) : [])
                    {
                        videos.Add(new PlannedVideo(control, null, video, length, seed, keep && first));
                    }
                });
            }
        }
        return new ComparisonPlan(name, profile, videos);

        void AddSeeds(Action<ulong> add)
        {
            for (int i = 0; i < options.Seeds; i++)
            {
                add(options.FirstSeed + (ulong)i);
            }
        }
    }

    /// <summary>The true videos do not depend on the seed; looping and restarting a clip takes more than one.</summary>
    private static IEnumerable<string> ControlsOf(PromptVideo video, int length, bool firstSeed)
    {
        if (video.Truth is not null && firstSeed)
        {
            yield return ControlRows.GroundTruth;
            yield return ControlRows.VaeCeiling;
        }
        yield return ControlRows.Frozen;
        if (length > 1)
        {
            yield return ControlRows.Loop;
            yield return ControlRows.Restart;
        }
        if (video.Truth is not null && firstSeed)
        {
            yield return ControlRows.Random;
        }
    }

    private static PromptSuite Load(ComparisonOptions options, int length, WorldProfile? world)
    {
        bool known = ShapesSuites.Names.Contains(options.Suite);
        if (known && world is null)
        {
            throw new SuiteException(
                $"The suite {options.Suite} is of the Shapes world, which the model was not trained on; name a file of prompts with --suite, or another model.");
        }
        if (!known && !File.Exists(options.Suite))
        {
            throw new SuiteException(
                $"There is no suite {options.Suite} and no file of that name; there are the suites {string.Join(", ", ShapesSuites.Names)}.");
        }
        PromptSuite suite = known ? PromptSuite.Shapes(options.Suite, length, options.Form, world) : PromptSuite.Load(options.Suite);
        if (!known && world is not null)
        {
            suite = suite.ForShapes(world);
        }
        return options.Items is int count ? suite.Spread(count) : suite;
    }
}
