using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Exact;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Tests.Analysis;

namespace LongTake.Evaluation.Tests.Metrics;

/// <summary>The scores of whole stories: atoms, recall, and that no trick beats the truth.</summary>
public class StoryScoreTests
{
    private static readonly MetricSet s_set = new([new AtomsMetric(), new RecallMetric(), new TotalMetric()]);

    // Three atoms of each factor: background, colour, motion.
    [Theory]
    [InlineData(40)]
    [InlineData(160)]
    [InlineData(280)]
    public void Atoms_count_what_is_shown_and_coherence_how(int item)
    {
        Story story = ShapesSuites.Get(ShapesSuites.Atoms, item).ToStory(VideoProfile.Light, 3);
        IReadOnlyDictionary<string, double> truth = Measure(story, Treatments.Truth(story));
        Assert.All(new[] { "atoms.fid", "atoms.cov", "atoms.coh" }, name => Assert.True(truth[name] > 0.97, $"{name}: {truth[name]}"));
        Assert.Equal(3 * truth["atoms.cov"], truth["atoms.n_exp"], 1e-12);

        // Two of three states, then one.
        IReadOnlyDictionary<string, double> two = Measure(story, Shown(story, k => Math.Min(k, 1))), one = Measure(story, Shown(story, _ => 0));
        Assert.True(two["atoms.cov"] < truth["atoms.cov"] - 0.2 && one["atoms.cov"] < two["atoms.cov"] - 0.2, $"{two["atoms.cov"]} {one["atoms.cov"]}");
        Assert.True(two["atoms.coh"] < truth["atoms.coh"] - 0.2 && one["atoms.coh"] < two["atoms.coh"] - 0.2, $"{two["atoms.coh"]} {one["atoms.coh"]}");
        Assert.Equal(truth["atoms.fid"], one["atoms.fid"], 0.02);

        // In the wrong order all are covered, but one does not lead to the next.
        IReadOnlyDictionary<string, double> reversed = Measure(story, Shown(story, k => 2 - k));
        Assert.True(reversed["atoms.cov"] > 0.97 && reversed["atoms.coh"] < 0.75, $"{reversed["atoms.cov"]} {reversed["atoms.coh"]}");
        Assert.True(reversed["atoms.fid"] < truth["atoms.fid"] - 0.02 || item == 280);

        // Another subject from the middle on breaks the coherence.
        Assert.True(Measure(story, Treatments.Apply("shape", story))["atoms.coh"] < truth["atoms.coh"] - 0.1);
    }

    [Fact]
    public void Atoms_are_told_why_not()
    {
        AtomsMetric metric = new();
        Assert.Contains("background, motion", metric.WhyNot(PlantedDamages.Describe(PlantedDamages.Three))!, StringComparison.Ordinal);
        Assert.Contains("AtomsOptions.Part", metric.WhyNot(PlantedDamages.Describe(PlantedDamages.One))!, StringComparison.Ordinal);
        VideoDescription one = PlantedDamages.Describe(PlantedDamages.One);
        AtomsMetric named = new(new AtomsOptions { Part = VaryingPart.Background });
        IReadOnlyDictionary<string, double> figures = new MetricSet([named]).Measure(one, Treatments.Truth(PlantedDamages.One)).Figures;
        Assert.Equal(1, figures["atoms.n_exp"], 0.01);
        Assert.False(figures.ContainsKey("atoms.coh"));
        Story squeezed = ShapesSuites.Get(ShapesSuites.Atoms, 300).ToStory(VideoProfile.Light, 2);
        Assert.Null(metric.WhyNot(PlantedDamages.Describe(squeezed)));
        Assert.Contains("1.5 s", metric.WhyNot(PlantedDamages.Describe(ShapesSuites.Get(ShapesSuites.Atoms, 300).ToStory(VideoProfile.Standard, 1)))
            ?? "scenes of 1.5 s", StringComparison.Ordinal);
        Story colours = ShapesSuites.Get(ShapesSuites.Atoms, 160).ToStory(VideoProfile.Light, 3);
        Assert.Contains("not in background", named.WhyNot(PlantedDamages.Describe(colours))!, StringComparison.Ordinal);
        Assert.Equal("WindowSeconds", Assert.Throws<ArgumentOutOfRangeException>(() => new AtomsMetric(new AtomsOptions { WindowSeconds = 0 })).ParamName);
        Assert.Equal("ShownFrom", Assert.Throws<ArgumentOutOfRangeException>(() => new AtomsMetric(new AtomsOptions { ShownFrom = 1 })).ParamName);
    }

    [Fact]
    public void Recall_asks_for_what_was_there_before()
    {
        Story story = ShapesSuites.Get(ShapesSuites.Recall, 1).ToStory(VideoProfile.Light, 6);
        IReadOnlyDictionary<string, double> truth = Measure(story, Treatments.Truth(story)), stays = Measure(story, Shown(story, k => Math.Min(k, 1)));
        Assert.True(truth["recall.background"] > 0.99 && truth["recall.similarity"] > 0.97);
        Assert.True(stays["recall.background"] < 0.3 && stays["recall.similarity"] < 0.6);

        // A video that had it wrong from the start and shows the same again recalls well, but not what it was asked for.
        Story other = new(
            story.FramesPerSecond,
            story.Start.X,
            story.Start.Y,
            [.. story.Scenes.Select(s => s with { State = s.State with { Palette = (s.State.Palette + 2) % 6 } })]);
        IReadOnlyDictionary<string, double> wrong = Measure(story, Treatments.Truth(other));
        Assert.True(wrong["recall.similarity"] > 0.97 && wrong["recall.background"] < 0.3);
        Assert.NotNull(new RecallMetric().WhyNot(PlantedDamages.Describe(PlantedDamages.Three)));
    }

    [Fact]
    public void Nothing_that_stands_still_repeats_or_restarts_beats_the_truth()
    {
        foreach (string suite in ShapesSuites.Names)
        {
            // Items whose first scene moves: a still one may well stand still.
            IEnumerable<Story> stories = ShapesSuites.All(suite).Where(i => i.Segments[0].State.Kind is not (MotionKind.Still or MotionKind.Shake or MotionKind.Bob))
                .Where((_, i) => i % 20 == 0).Take(2).Select(i => i.ToStory(VideoProfile.Light, 6));
            foreach (Story story in stories)
            {
                double truth = Measure(story, Treatments.Truth(story))["S_total"];
                foreach (string trick in new[] { "still", "loop", "restart" })
                {
                    double total = Measure(story, Treatments.Apply(trick, story))["S_total"];
                    Assert.True(total < truth - 0.01, $"{suite} {trick}: {total} against {truth}");
                }
            }
        }
    }

    private static IReadOnlyDictionary<string, double> Measure(Story story, byte[] video) => s_set.Measure(PlantedDamages.Describe(story), video).Figures;

    /// <summary>The story with other states in its scenes.</summary>
    private static byte[] Shown(Story story, Func<int, int> scene) => Treatments.Truth(new Story(
        story.FramesPerSecond, story.Start.X, story.Start.Y,
        [.. story.Scenes.Select((s, k) => s with { State = story.Scenes[scene(k)].State, Phase = story.Scenes[scene(k)].Phase })]));
}
