using LongTake.Evaluation.Comparisons;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;

namespace LongTake.Evaluation.Tests.Comparisons;

public class ComparisonPlanTests
{
    private static readonly ComparisonOptions s_options = new() { Items = 16, Lengths = [6, 1], Seeds = 2, KeptItems = 1 };

    [Fact]
    public void Everything_is_planned_once_and_short_videos_come_first()
    {
        ComparisonPlan plan = ComparisonPlan.Of(s_options, VideoProfile.Standard, WorldProfile.Full);
        Assert.Equal(plan.Videos.Count, plan.Videos.Select(v => v.Key(plan.Suite)).Distinct().Count());
        Assert.Equal(plan.Videos.Select(v => v.Length).Order(), plan.Videos.Select(v => v.Length));
        foreach (MethodChoice method in s_options.Methods)
        {
            Assert.Equal(16 * 2 * 2, plan.Videos.Count(v => v.Row == method.Label));
        }

        // What does not depend on the seed is made once; what takes several clips only where there is room for them.
        Assert.Equal(16 * 2, plan.Videos.Count(v => v.Row == ControlRows.GroundTruth));
        Assert.Equal(16 * 2, plan.Videos.Count(v => v.Row == ControlRows.Restart));
        Assert.Equal(16 * 2, plan.Videos.Count(v => v.Row == ControlRows.Reference));
        Assert.All(plan.Videos.Where(v => v.Row is ControlRows.Restart or ControlRows.Loop), v => Assert.Equal(6, v.Length));
        Assert.All(plan.Videos.Where(v => v.Keep), v => Assert.Equal(plan.Videos[0].Video.Item.Id, v.Video.Item.Id));
    }

    [Fact]
    public void Items_are_spread_over_the_levels()
    {
        ComparisonPlan plan = ComparisonPlan.Of(s_options, VideoProfile.Standard, WorldProfile.Full);
        Dictionary<string, int> levels = plan.Videos.Select(v => v.Video.Item).DistinctBy(i => i.Id).GroupBy(i => i.Level!).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(12, levels["ID"]);
        Assert.Equal(2, levels["CG-1"]);
        Assert.Equal(2, levels["CG-2"]);
    }

    [Fact]
    public void A_profile_of_the_world_is_kept_in_every_scene()
    {
        foreach (string suite in ShapesSuites.Names)
        {
            ComparisonPlan plan = ComparisonPlan.Of(
                s_options with { Suite = suite, Items = null, Lengths = [6], Seeds = 1 }, VideoProfile.Standard, WorldProfile.Large);
            Assert.NotEmpty(plan.Videos);
            Assert.All(plan.Videos, v => Assert.All(v.Video.Truth!.Scenes, s => Assert.Equal(1, s.State.Size)));
            Assert.All(plan.Videos, v => Assert.All(v.Video.Prompts, p => Assert.DoesNotContain("small", p.Text, StringComparison.Ordinal)));
        }

        // No item of the suites changes the size alone, so none is lost.
        Assert.Equal(ShapesSuites.Count(ShapesSuites.Atoms), PromptSuite.Shapes(ShapesSuites.Atoms, 6, world: WorldProfile.Large).Items.Count);
    }

    [Fact]
    public void An_item_with_a_length_of_its_own_is_planned_once_and_its_clip_shows_the_first_scene()
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".txt");
        File.WriteAllText(file, "A red fox runs over snow.\n\n[0s] Rain falls.\n[6s] Snow falls.\n[end 12s]\n");
        try
        {
            ComparisonPlan plan = ComparisonPlan.Of(
                s_options with { Suite = file, Items = null, Lengths = [1, 2], Seeds = 1, Methods = [MethodChoice.Parse("full")] }, VideoProfile.Light, world: null);
            Assert.Equal([1, 2, 3], plan.Videos.Where(v => v.Row == "full").Select(v => Math.Round(v.Length)).Order());
            ComparisonOptions pronouns = s_options with { Suite = file, Items = null, Form = CaptionForm.Pronoun };
            Assert.Contains(
                "--captions", Assert.Throws<SuiteException>(() => ComparisonPlan.Of(pronouns, VideoProfile.Light, null)).Message, StringComparison.Ordinal);
            PlannedVideo clip = plan.Videos.Single(v => v.Row == ControlRows.Reference && v.Video.Item.Id == "002");
            Assert.Equal(1, clip.Length);
            Assert.Equal("Rain falls.", Assert.Single(clip.Video.Prompts).Text);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_single_item_has_no_other_to_show_at_random()
    {
        ComparisonPlan plan = ComparisonPlan.Of(s_options with { Items = 1 }, VideoProfile.Standard, WorldProfile.Full);
        Assert.DoesNotContain(plan.Videos, v => v.Row == ControlRows.Random);
        Assert.Contains(plan.Videos, v => v.Row == ControlRows.GroundTruth);
    }

    [Fact]
    public void A_suite_of_another_world_is_refused()
    {
        string message = Assert.Throws<SuiteException>(() => ComparisonPlan.Of(s_options, VideoProfile.Standard, world: null)).Message;
        Assert.Contains("single", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_of_methods_are_read_and_refused()
    {
        MethodChoice choice = MethodChoice.Parse("longlive : window=9 + sink=3");
        Assert.Equal("longlive", choice.Preset);
        Assert.Equal("9", choice.Settings["window"]);
        Assert.Equal("longlive", choice.Create().Name);
        foreach (string wrong in new[] { "longlive:", "longlive:window", "longlive:window=9+window=8", "longlive:nothing=1", "nothing" })
        {
            Assert.Throws<ArgumentException>(() => MethodChoice.Parse(wrong));
        }
    }
}
