using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Stories;

namespace LongTake.Evaluation.Tests.Suites;

public sealed class PromptFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-suites-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void All_formats_say_the_same()
    {
        PromptSuite[] suites =
        [
            Load("prompts.txt", """
                # A comment.
                A red fox runs over snow.

                [0s] A potter centres clay.
                # Another one.
                [10s, cut] The potter lifts a jar.
                [end 20s]

                Rain on a window.
                """),
            Load("prompts.yaml", """
                - A red fox runs over snow.
                - length: 20s
                  scenes:
                    - prompt: A potter centres clay.
                      start: 0
                    - prompt: The potter lifts a jar.
                      start: 10s
                      cut: true
                - prompt: Rain on a window.
                """),
            Load("prompts.jsonl", """
                "A red fox runs over snow."
                {"length": "20s", "scenes": [{"prompt": "A potter centres clay.", "start": 0}, {"prompt": "The potter lifts a jar.", "start": 10, "cut": true}]}

                {"prompt": "Rain on a window."}
                """),
            Load("prompts.json", """
                {"name": "prompts", "items": ["A red fox runs over snow.", {"length": 20, "scenes": [{"prompt": "A potter centres clay.", "start": "0s"},
                 {"prompt": "The potter lifts a jar.", "start": "10s", "cut": true}]}, {"id": "003", "prompt": "Rain on a window."}]}
                """),
        ];
        foreach (PromptSuite suite in suites)
        {
            Assert.Equal("prompts", suite.Name);
            Assert.Equal(["001", "002", "003"], suite.Items.Select(i => i.Id));
            Assert.Equal([new Scene("A red fox runs over snow.")], suite.Items[0].Scenes);
            Assert.Equal(
                [
                    new Scene("A potter centres clay.", StoryTime.Seconds(0)),
                    new Scene("The potter lifts a jar.", StoryTime.Seconds(10), Change: SceneChange.Cut),
                ],
                suite.Items[1].Scenes);
            Assert.Equal(StoryTime.Seconds(20), suite.Items[1].Length);
            Assert.Equal("Rain on a window.", suite.Items[2].Scenes[0].Prompt);
        }
    }

    [Fact]
    public void A_single_story_is_a_suite_of_one()
    {
        PromptSuite suite = Load("walk.yaml", "scenes:\n  - A man walks.\n  - He sits down.\n");
        Assert.Equal("walk", suite.Name);
        Assert.Equal(["A man walks.", "He sits down."], Assert.Single(suite.Items).Scenes.Select(s => s.Prompt));
    }

    [Theory]
    [InlineData("a.txt", "# nothing", "no prompt")]
    [InlineData("a.txt", "[0s] a\n[0s] b\n\n[x] c", "story that begins in line 4: line 1: 'x' is no time")]
    [InlineData("a.yaml", "items:\n  - id: a b\n    prompt: x", "'a b' is no id")]
    [InlineData("a.yaml", "items:\n  - id: A\n    prompt: x\n  - id: a\n    prompt: y", "id a is given twice")]
    [InlineData("a.yaml", "items:\n  - promt: x", "item 001: an item has no 'promt'; it has id, prompt, scenes, length")]
    [InlineData("a.yaml", "items:\n  - prompt: x\n    scenes: [y]", "either a 'prompt' or 'scenes'")]
    [InlineData("a.yaml", "items:\n  - scenes:\n      - prompt: x\n        begin: 3s", "a scene has no 'begin'")]
    [InlineData("a.yaml", "items:\n  - id: q\n    prompt: x\n    length: -3s", "item q: The time -3s is negative")]
    [InlineData("a.yaml", "items: 3", "'items' must be a list")]
    [InlineData("a.yaml", "- ''", "a prompt is empty")]
    [InlineData("a.yaml", "- [x]", "item 001 is neither")]
    [InlineData("a.yaml", "a: [", "line")]
    [InlineData("a.yaml", "", "no list of prompts")]
    [InlineData("a.jsonl", "\"x\"\n{\"prompt\"", "line 2: this is not JSON")]
    [InlineData("a.json", "{\"items\": [{\"prompt\": \"x\", \"prompt\": \"y\"}]}", "not JSON")]
    [InlineData("a.json", "[{\"prompt\": true}]", "'prompt' must be a text")]
    public void Mistakes_are_one_line_that_names_the_place(string name, string text, string expected)
    {
        string message = Assert.Throws<SuiteException>(() => Load(name, text)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Missing_files_are_named() =>
        Assert.Contains("nowhere.yaml", Assert.Throws<SuiteException>(() => PromptSuite.Load(Path.Combine(_folder, "nowhere.yaml"))).Message);

    [Fact]
    public void Captions_of_the_Shapes_world_are_understood()
    {
        PromptSuite suite = Load("a.txt", """
            A LARGE blue star with a white dot circles clockwise slowly on a background of mint checkerboard.

            [0s] a small red circle stays still on a background of sand gradient.
            [2s] it turns blue and it now moves quickly to the left.
            """).ForShapes();
        Assert.Equal("1,5", $"{suite.Items[0].Truth!.Segments[0].State.Size},{suite.Items[0].Truth!.Segments[0].State.Colour}");
        Assert.Equal(5, suite.Items[1].Truth!.Segments[1].State.Colour);
        Assert.Equal("ID", suite.Items[0].Level);

        // Light profile: chunks start at frames 0, 9, 21, ...; 2 s is frame 16.
        PromptVideo video = suite.Items[1].At(VideoProfile.Light, 6);
        Assert.Equal([0, 21], video.Prompts.Select(p => p.StartFrame));
        Assert.Equal([0, 21], video.Truth!.Scenes.Select(s => s.StartFrame));
        Assert.Equal((213, 213, 6.0), (video.FrameCount, video.Truth.FrameCount, video.Units));
    }

    [Theory]
    [InlineData("a large red dragon stays still on a background of sand gradient.", "\"dragon\" where a shape is expected")]
    [InlineData("A red fox runs over snow.", "\"red\" where a size is expected")]
    public void Unknown_subjects_are_one_clear_error(string prompt, string expected)
    {
        PromptSuite suite = Load("a.txt", "a small red circle stays still on a background of sand gradient.\n" + prompt);
        string message = Assert.Throws<SuiteException>(() => suite.ForShapes()).Message;
        Assert.StartsWith("Item 002: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private PromptSuite Load(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return PromptSuite.Load(path);
    }
}
