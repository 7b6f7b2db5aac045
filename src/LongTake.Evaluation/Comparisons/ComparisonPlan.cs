using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using Scene = LongTake.Generation.Stories.Scene;

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
        HashSet<(string, string, double, ulong)> planned = [];
        string name = "";
        if (options.Controls)
        {
            PromptSuite suite = Load(options, 1, world);
            foreach ((int place, PromptItem item) in suite.Items.Index())
            {
                PromptVideo video = Clip(item).At(profile, 1);
                ForEachSeed((seed, _) => Add(ControlRows.Reference, null, video, seed, place < options.KeptItems));
            }
        }
        foreach (int length in options.Lengths.Order())
        {
            PromptSuite suite = Load(options, length, world);
            name = suite.Name;
            foreach ((int place, PromptItem item) in suite.Items.Index())
            {
                PromptVideo video = item.At(profile, length);
                ForEachSeed((seed, isFirst) =>
                {
                    bool keep = isFirst && place < options.KeptItems;
                    foreach (MethodChoice method in options.Methods)
                    {
                        Add(method.Label, method, video, seed, keep);
                    }
                    foreach (string control in options.Controls ? ControlsOf(video, isFirst) : [])
                    {
                        // Random shows another item's video, so there must be one.
                        if (control != ControlRows.Random || suite.Items.Count > 1)
                        {
                            Add(control, null, video, seed, keep);
                        }
                    }
                });
            }
        }
        return new ComparisonPlan(name, profile, videos);

        // An item with a length of its own is the same at every length asked for, and planned once.
        void Add(string row, MethodChoice? method, PromptVideo video, ulong seed, bool keep)
        {
            if (planned.Add((row, video.Item.Id, video.Units, seed)))
            {
                videos.Add(new PlannedVideo(row, method, video, seed, keep));
            }
        }

        void ForEachSeed(Action<ulong, bool> act)
        {
            for (int i = 0; i < options.Seeds; i++)
            {
                act(options.FirstSeed + (ulong)i, i == 0);
            }
        }
    }

    /// <summary>The item at the training length: one with times of its own shows its first scene only.</summary>
    private static PromptItem Clip(PromptItem item) =>
        item.Length is null && item.Scenes.All(s => s.Start is null && s.Duration is null)
            ? item
            : item with { Length = null, Scenes = [new Scene(item.Scenes[0].Prompt)], Truth = item.Truth?.Take(1) };

    /// <summary>The true videos do not depend on the seed; looping and restarting a clip takes more than one.</summary>
    private static IEnumerable<string> ControlsOf(PromptVideo video, bool firstSeed)
    {
        if (video.Truth is not null && firstSeed)
        {
            yield return ControlRows.GroundTruth;
            yield return ControlRows.VaeCeiling;
        }
        yield return ControlRows.Frozen;
        if (video.Units > 1)
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
        if (!known && options.Form == CaptionForm.Pronoun)
        {
            throw new SuiteException(
                $"Pronouns are a form of the Shapes world's suites; the prompts of {options.Suite} are taken as they are written. Leave --pronouns out.");
        }
        PromptSuite suite = known ? PromptSuite.Shapes(options.Suite, length, options.Form, world) : PromptSuite.Load(options.Suite);
        if (!known && world is not null)
        {
            suite = suite.ForShapes(world);
        }
        return options.Items is int count ? suite.Spread(count) : suite;
    }
}
