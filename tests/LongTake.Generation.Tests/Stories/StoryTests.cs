using LongTake.Generation.Stories;

namespace LongTake.Generation.Tests.Stories;

public class StoryTests
{
    [Fact]
    public void Text_and_YAML_say_the_same()
    {
        Story text = StoryReader.Parse("""
            # A comment, and an empty line.

            [0s, +3s] A red circle.
            It turns blue.   
            [100f, cut] A green square.
            [end 14c]
            """);
        Story yaml = YamlStory.Parse("""
            length: 14c
            scenes:
              - prompt: A red circle.
                start: 0
                duration: 3s
              - prompt: It turns blue.
              - prompt: "A green square."
                start: 100f
                cut: true
            """);
        foreach (Story story in (Story[])[text, yaml])
        {
            Assert.Equal(
                [
                    new Scene("A red circle.", StoryTime.Seconds(0), StoryTime.Seconds(3)),
                    new Scene("It turns blue."),
                    new Scene("A green square.", StoryTime.Frames(100), Change: SceneChange.Cut),
                ],
                story.Scenes);
            StoryTimeline timeline = StoryTimeline.Of(story);

            // 3 s are frame 48; chunks start at 0, 9, 21, 33, 45, 57, ..., 105.
            Assert.Equal([0L, 5, 9], timeline.Entries.Select(e => e.Chunk));
            Assert.Equal(14, timeline.Chunks);
        }
    }

    [Fact]
    public void The_reference_switches_at_the_first_chunk_at_or_after()
    {
        // Latent frames 40, 80, 120, 160, 200 become 42, 81, 120, 162, 201. Latent frame i starts at frame 4 i - 3.
        int[] latents = [40, 80, 120, 160, 200];
        Scene[] scenes = [new("0"), .. latents.Select(i => new Scene($"{i}", StoryTime.Frames((4 * i) - 3)))];
        Assert.Equal([0L, 42, 81, 120, 162, 201], StoryTimeline.Of(new Story(scenes)).Entries.Select(e => e.Chunk * 3));
    }

    [Fact]
    public void A_scene_that_no_chunk_starts_in_is_refused()
    {
        // Chunks start at 0, 9, 21: from 10 to 21 none does, from 10 to 22 one does.
        Story Of(int end) => new([new Scene("a"), new Scene("b", StoryTime.Frames(10)), new Scene("c", StoryTime.Frames(end))]);
        Assert.Equal([0L, 2, 3], StoryTimeline.Of(Of(22)).Entries.Select(e => e.Chunk));
        Assert.Contains(
            "Scene 2 is shorter than a chunk (12 frames, 0.75 s)", Assert.Throws<StoryException>(() => StoryTimeline.Of(Of(21))).Message);
    }

    [Fact]
    public void Lengths_are_rounded_up_to_whole_chunks()
    {
        Assert.Equal(7, StoryTimeline.Of(Story.FromPrompt("x", StoryTime.Seconds(5))).Chunks);
        Assert.Equal(1, StoryTimeline.Of(Story.FromPrompt("x", StoryTime.Frames(1))).Chunks);
        Assert.Equal(4, StoryTimeline.Of(Story.FromPrompt("x", StoryTime.Chunks(4))).Chunks);
        Assert.Equal(2, StoryTimeline.Of(new Story([new Scene("x", Duration: StoryTime.Frames(10))])).Chunks);
        Assert.Null(StoryTimeline.Of(Story.FromPrompt("x")).Chunks);

        // 0.1 and 0.2 of a second do not add up to 0.3 exactly in binary: no overlap for that.
        StoryTimeline timeline = StoryTimeline.Of(StoryReader.Parse("[+10.1s] a\n[+10.2s] b\n[20.3s] c"), 30);
        Assert.Equal([0L, 26, 51], timeline.Entries.Select(t => t.Chunk));
    }

    [Theory]
    [InlineData("", "no scene")]
    [InlineData("# nothing", "no scene")]
    [InlineData("[0s]", "Scene 1 has no prompt")]
    [InlineData("[2s] a", "Scene 1 starts at 2s")]
    [InlineData("[0s] a\n[0s] b", "Scene 2 starts at 0s, not after scene 1")]
    [InlineData("a\n[5s] b\n[4s] c", "Scene 3 starts at 4s, not after scene 2")]
    [InlineData("[+5s] a\n[4s] b", "scene 1 is not over")]
    [InlineData("[+3s] a\n[4s] b", "Scene 1 is over before scene 2 starts at 4s")]
    [InlineData("a\nb", "Scene 2 has no start and scene 1 no duration")]
    [InlineData("[+0s] a", "Scene 1 lasts 0s")]
    [InlineData("[cut] a", "Scene 1 starts with a cut")]
    [InlineData("[-1s] a", "line 1: The time -1s is negative")]
    [InlineData("a\n[+-1s] b", "line 2: The time -1s is negative")]
    [InlineData("[soon] a", "line 1: 'soon' is no time")]
    [InlineData("[NaN] a", "is no time")]
    [InlineData("[1.5f] a", "no whole number of frames")]
    [InlineData("[1.5c] a", "no whole number of chunks")]
    [InlineData("[0s a", "line 1: the bracket is not closed")]
    [InlineData("[0s, 1s] a", "a scene has one start")]
    [InlineData("[+1s, +2s] a", "a scene has one duration")]
    [InlineData("a\n[end 0s]", "length of the video is 0s")]
    [InlineData("a\n[end]", "'' is no time")]
    [InlineData("a\n[end 3s]\nb", "line 3: nothing may follow the end")]
    [InlineData("a\n[4s] b\n[end 3s]", "ends at 3s, before scene 2 starts")]
    [InlineData("[+4s] a\n[end 5s]", "leave one of the two out")]
    [InlineData("a\n[4.9s] b\n[end 5s]", "Scene 2 would start when the video is over")]
    public void Stories_that_cannot_be_told_are_refused_in_one_line(string text, string message)
    {
        StoryException e = Assert.Throws<StoryException>(() => StoryTimeline.Of(StoryReader.Parse(text)));
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("", "no 'scenes'")]
    [InlineData("scenes: []", "no 'scenes'")]
    [InlineData("scenes:\n  -", "Scene 1 has no prompt")]
    [InlineData("scenes:\n  - prompt: ''", "Scene 1 has no prompt")]
    [InlineData("scenes:\n  - prompt: a\n    stat: 3s", "line 3")]
    [InlineData("scenes:\n  - prompt: a\n    start: x", "'x' is no time")]
    [InlineData("scenes: {", "line")]
    [InlineData("scenes:\n  - prompt: a\n    cut: perhaps", "line 3")]
    public void Bad_YAML_is_refused_in_one_line(string text, string message)
    {
        StoryException e = Assert.Throws<StoryException>(() => StoryTimeline.Of(YamlStory.Parse(text)));
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Files_are_read_by_their_extension_and_named_in_messages()
    {
        string folder = Directory.CreateTempSubdirectory("longtake-story").FullName;
        try
        {
            string yaml = Path.Combine(folder, "story.yaml");
            File.WriteAllText(yaml, "scenes:\n  - prompt: hello\n");
            Assert.Equal("hello", StoryReader.Load(yaml).Scenes[0].Prompt);
            string text = Path.Combine(folder, "story.txt");
            File.WriteAllText(text, "hello\r\n[4s] you\r\n");
            Assert.Equal(["hello", "you"], StoryReader.Load(text).Scenes.Select(s => s.Prompt));
            File.WriteAllText(text, "[x] hello");
            Assert.Contains("story.txt: line 1: 'x' is no time", Assert.Throws<StoryException>(() => StoryReader.Load(text)).Message);
            Assert.Contains("cannot be read", Assert.Throws<StoryException>(() => StoryReader.Load(Path.Combine(folder, "none.txt"))).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
