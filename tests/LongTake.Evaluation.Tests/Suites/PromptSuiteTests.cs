using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Stories;

namespace LongTake.Evaluation.Tests.Suites;

public class PromptSuiteTests
{
    [Theory]
    [InlineData("single", 1, 1)]
    [InlineData("single", 48, 1)]
    [InlineData("story", 1, 1)]
    [InlineData("story", 6, 6)]
    [InlineData("story", 12, 6)]
    [InlineData("story", 48, 24)]
    [InlineData("cross", 1, 1)]
    [InlineData("cross", 6, 4)]
    [InlineData("cross", 12, 4)]
    [InlineData("switch", 1, 2)]
    [InlineData("switch", 12, 2)]
    [InlineData("recall", 1, 3)]
    [InlineData("recall", 48, 3)]
    public void Shapes_suites_are_prompts_at_every_length(string name, int units, int scenes)
    {
        foreach (VideoProfile profile in (VideoProfile[])[VideoProfile.Standard, VideoProfile.Light])
        {
            foreach (CaptionForm form in Enum.GetValues<CaptionForm>())
            {
                PromptSuite suite = PromptSuite.Shapes(name, units, form);
                Assert.Equal(ShapesSuites.Count(name), suite.Items.Count);
                foreach (PromptItem item in suite.Items.Take(5))
                {
                    PromptVideo video = item.At(profile, units);
                    Assert.Equal(form == CaptionForm.Joint ? 1 : scenes, video.Prompts.Count);
                    Assert.Equal(scenes, video.Truth!.Scenes.Count);
                    Assert.Equal(profile.Frames(units), video.FrameCount);
                    Assert.Equal(units, video.Units);
                    Assert.All(video.Truth.Scenes, s => Assert.Equal(0, s.StartFrame == 0 ? 0 : (s.StartFrame + 3) % 12));

                    // The captions mean what the truth shows.
                    if (form == CaptionForm.Joint)
                    {
                        Assert.Equal(video.Truth.Scenes.Select(s => s.State), CaptionParser.ParseAll(video.Prompts[0].Text));
                        Assert.Equal(suite.Name, $"{name}-joint");
                        continue;
                    }
                    Assert.Equal(video.Prompts.Select(p => p.StartFrame), video.Truth.Scenes.Select(s => s.StartFrame));
                    SceneState? before = null;
                    for (int i = 0; i < scenes; i++)
                    {
                        before = CaptionParser.Parse(video.Prompts[i].Text, before);
                        Assert.Equal(video.Truth.Scenes[i].State, before);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_truth_is_that_of_the_suite()
    {
        PromptVideo video = PromptSuite.Shapes("recall", 6).Items[7].At(VideoProfile.Light, 6);
        LongTake.Evaluation.Shapes.Story expected = ShapesSuites.Get("recall", 7).ToStory(VideoProfile.Light, 6);
        Assert.Equal(expected.Scenes, video.Truth!.Scenes);
        Assert.Equal(expected.Start, video.Truth.Start);
    }

    [Fact]
    public void Atoms_come_at_their_own_length_and_squeezed()
    {
        PromptSuite suite = PromptSuite.Shapes("atoms", 1);
        PromptItem six = suite.Items[100];
        Assert.Equal(6, six.Scenes.Count);
        Assert.Equal(6, six.At(VideoProfile.Standard, 1).Prompts.Count);
        Assert.Equal(VideoProfile.Standard.Frames(6), six.At(VideoProfile.Standard, 6).FrameCount);
        string message = Assert.Throws<SuiteException>(() => six.At(VideoProfile.Light, 1)).Message;
        Assert.Contains("Item 100 has 6 scenes, which do not fit into 3 chunks", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_story_for_the_generator_and_a_description_for_metrics_say_the_same()
    {
        PromptVideo video = PromptSuite.Shapes("story", 6, CaptionForm.Pronoun).Items[3].At(VideoProfile.Standard, 6);
        StoryTimeline timeline = StoryTimeline.Of(video.ToStory(), 16);
        Assert.Equal(video.Chunks, timeline.Chunks);
        VideoDescription description = video.Describe(64, 64, sinkFrames: 9);
        Assert.Equal(
            description.Prompts.Select(p => (p.Text, p.StartFrame)),
            timeline.Entries.Select(e => (e.Scene.Prompt, FrameGrid.ChunkStart((int)e.Chunk))));
        Assert.Equal((501, 16.0, 9), (description.FrameCount, description.FramesPerSecond, description.SinkFrames));
        Assert.Same(video.Truth, description.Story);
    }

    [Fact]
    public void Items_with_times_keep_them_whatever_length_is_asked_for()
    {
        PromptItem item = new()
        {
            Id = "a",
            Scenes = [new Scene("x", Duration: StoryTime.Seconds(3)), new Scene("y")],
            Length = StoryTime.Seconds(10),
        };
        PromptVideo video = item.At(VideoProfile.Standard, 48);
        Assert.Equal(14, video.Chunks);
        Assert.Equal([0, 57], video.Prompts.Select(p => p.StartFrame));
        Assert.Null(video.Truth);

        // A last scene without an end takes the length asked for.
        Assert.Equal(VideoProfile.Standard.Frames(6), (item with { Length = null }).At(VideoProfile.Standard, 6).FrameCount);
        string message = Assert.Throws<SuiteException>(() => (item with { Length = StoryTime.Seconds(2) }).At(VideoProfile.Standard, 1)).Message;
        Assert.StartsWith("Item a: ", message, StringComparison.Ordinal);
        Assert.Throws<SuiteException>(() => (item with { Length = StoryTime.Seconds(1e7) }).At(VideoProfile.Standard, 1));
    }

    [Fact]
    public void Parts_of_suites_are_taken_by_number_or_by_id()
    {
        PromptSuite suite = PromptSuite.Shapes("single", 1);
        Assert.Equal(["000", "001"], suite.Take(2).Items.Select(i => i.Id));
        Assert.Equal(["127", "003"], suite.Select(["127", "003"]).Items.Select(i => i.Id));
        Assert.Equal("CG-2", suite.Items[127].Level);
        Assert.Contains("no item 128", Assert.Throws<SuiteException>(() => suite.Select(["128"])).Message, StringComparison.Ordinal);
    }
}
