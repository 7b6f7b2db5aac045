using LongTake.Generation.PromptChanges;
using LongTake.Generation.Stories;

namespace LongTake.Generation.Tests.Stories;

public class SceneChangeTests
{
    private const string Text = """
        [0s] a
        [6s, recache] b
        [12s, blend 4c] c
        [18s, blend 3s] d
        [24s, blend 24f] e
        [30s, KEEP] f
        [36s, flush] g
        [42s, cut] h
        [48s] i
        [end 54s]
        """;

    private const string Yaml = """
        length: 54s
        scenes:
          - { prompt: a, start: 0 }
          - { prompt: b, start: 6s, change: recache }
          - { prompt: c, start: 12s, change: blend 4c }
          - { prompt: d, start: 18s, change: Blend 3s }
          - { prompt: e, start: 24s, change: blend 24f }
          - { prompt: f, start: 30s, change: keep }
          - { prompt: g, start: 36s, change: flush }
          - { prompt: h, start: 42s, cut: true }
          - { prompt: i, start: 48s }
        """;

    [Fact]
    public void Text_and_YAML_say_how_scenes_take_over()
    {
        Story text = StoryReader.Parse(Text);
        Assert.Equal(text.Scenes, YamlStory.Parse(Yaml).Scenes);
        Assert.Equal(
            [
                "", "recache", "blend 4c", "blend 3s", "blend 24f", "keep", "flush", "cut", "",
            ],
            text.Scenes.Select(s => s.Change.ToString()));
        Assert.True(text.Scenes[7].Cut);
        StoryTimeline timeline = StoryTimeline.Of(text);

        // 3 s are 48 frames, four chunks of 12; 24 frames are two.
        Assert.Equal([0, 0, 4, 4, 2, 0, 0, 0, 0], timeline.Entries.Select(e => e.BlendChunks));
        Assert.Equal([.. timeline.Entries.Skip(1).Select(e => (long?)e.Chunk), timeline.Chunks], timeline.Entries.Select(e => e.End));
        Assert.Equal("chunk 17, blend over 4 chunks", timeline.Entries[2].Describe());
        Assert.Equal("chunk 9, recache", timeline.Entries[1].Describe());
        Assert.Equal("chunk 0", timeline.Entries[0].Describe());
    }

    [Theory]
    [InlineData("blend 0.1s", 1)]
    [InlineData("blend 0.75s", 1)]
    [InlineData("blend 0.76s", 2)]
    [InlineData("blend 2", 3)]
    [InlineData("blend 13f", 2)]
    [InlineData("blend 7c", 7)]
    public void Blends_take_whole_chunks(string text, int chunks) => Assert.Equal(chunks, SceneChange.Parse(text).BlendChunks(16, 3));

    [Theory]
    [InlineData("[0s] a\n\n[6s, recash] b", "line 3: 'recash' is no time (6.5s, 24f, 3c) and no change of scene; there are keep, recache, flush, cut and blend 4c")]
    [InlineData("[0s] a\n[6s, keep, flush] b", "line 2: a scene takes over in one way, not 'keep' and 'flush'")]
    [InlineData("[0s] a\n[6s, cut, cut] b", "line 2: a scene takes over in one way")]
    [InlineData("[0s] a\n[6s, blend] b", "line 2: 'blend' says not how long to blend")]
    [InlineData("[0s] a\n[6s, blend 3c 4c] b", "line 2: 'blend 3c 4c' says not how long")]
    [InlineData("[0s] a\n[6s, blend soon] b", "line 2: 'soon' is no time")]
    [InlineData("[0s] a\n[6s, blend 0c] b", "line 2: A blend of 0c is none")]
    [InlineData("[0s] a\n[6s, blend 1.5c] b", "line 2: The time 1.5c is no whole number of chunks")]
    [InlineData("[0s] a\n# note\n[6s, blend 9c] b\n[end 12s]", "line 3: Scene 2 blends for 9 chunks (9c) but lasts 8; shorten the blend")]
    [InlineData("[0s] a\n[6s, blend 6s] b\n[11s] c", "line 2: Scene 2 blends for 8 chunks (6s) but lasts 6")]
    [InlineData("[0s] a\n\n[6s] b\n[6.5s] c", "line 3: Scene 2 is shorter than a chunk (12 frames, 0.75 s)")]
    [InlineData("[0s, recache] a", "line 1: Scene 1 starts with a recache, but there is nothing before it")]
    [InlineData("[0s, blend 2c] a", "line 1: Scene 1 starts with a blend 2c")]
    [InlineData("[0s] a\n[4s] b\n\n[3s] c", "line 4: Scene 3 starts at 3s, not after scene 2")]
    [InlineData("[0s] a\n[4s] ", "line 2: Scene 2 has no prompt")]
    public void Mistakes_are_one_line_that_names_the_line(string text, string message) => Refused(() => StoryReader.Parse(text), message);

    [Theory]
    [InlineData("scenes:\n  - prompt: a\n  - prompt: b\n    start: 6s\n    change: fade", "line 3: 'fade' is no change of scene; there are keep")]
    [InlineData(
        "scenes:\n  - prompt: a\n  - prompt: b\n    start: 6s\n    change: keep\n    cut: true", "line 3: a scene takes over in one way, not 'cut' and 'keep'")]
    [InlineData("scenes:\n  - prompt: a\n  - prompt: b\n    start: 6s\n    duration: 3s\n    change: blend 5c", "line 3: Scene 2 blends for 5 chunks")]
    [InlineData("scenes:\n  - prompt: a\n  - prompt: b\n    start: 6x\n", "line 3: '6x' is no time")]
    public void Mistakes_in_YAML_too(string text, string message) => Refused(() => YamlStory.Parse(text), message);

    [Fact]
    public void Files_are_named_also_where_the_mistake_shows_only_later()
    {
        string path = Path.Combine(Path.GetTempPath(), $"longtake-story-{Guid.NewGuid():N}.txt");
        try
        {
            File.WriteAllText(path, "a\n[6s, blend 20c] b\n[9s] c\n");
            Story story = StoryReader.Load(path).WithLength(StoryTime.Seconds(20));
            Refused(() => story, $"{path}: line 2: Scene 2 blends for 20 chunks (20c) but lasts 4");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_scene_without_end_can_blend_for_any_time()
    {
        StoryTimeline timeline = StoryTimeline.Of(StoryReader.Parse("a\n[3s, blend 100c] b"));
        Assert.Null(timeline.Entries[1].End);
        Assert.Equal(100, timeline.Entries[1].BlendChunks);
        Assert.Equal(SceneChangeKind.Method, timeline.Entries[0].Scene.Change.Kind);
    }

    private static void Refused(Func<Story> story, string message)
    {
        StoryException e = Assert.Throws<StoryException>(() => StoryTimeline.Of(story()));
        Assert.Contains(message, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }
}
