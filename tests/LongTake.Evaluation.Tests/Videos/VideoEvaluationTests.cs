using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Evaluation.Videos;
using LongTake.Generation.Stories;
using LongTake.Generation.Video;
using Story = LongTake.Evaluation.Shapes.Story;

namespace LongTake.Evaluation.Tests.Videos;

public class VideoEvaluationTests
{
    private static readonly MetricSet s_metrics = new(StandardMetrics.WithoutNetworks());

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Enlarged_videos_are_measured_like_those_they_were_made_from(int scale)
    {
        SuiteItem item = ShapesSuites.Get(ShapesSuites.Single, 5);
        Story story = item.ToStory(VideoProfile.Light, 1);
        VideoMeasurement measured = Measure(new Rendered(story, scale), VideoQuestion.OfPrompt(item.FullCaptions[0]));
        Assert.Equal(64, measured.Video.Height);
        Assert.True(measured.Figures["identity"] > .99);
        Assert.Equal(Measure(new Rendered(story, 1), VideoQuestion.OfPrompt(item.FullCaptions[0])).Figures["fidelity"], measured.Figures["fidelity"]);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(12)]
    public void The_length_of_a_suite_s_item_follows_from_the_video(int units)
    {
        SuiteItem item = ShapesSuites.Get(ShapesSuites.Story, 2);
        Story story = item.ToStory(VideoProfile.Light, units);
        VideoDescription description = VideoQuestion.OfShapes(ShapesSuites.Story, "002", CaptionForm.Full, WorldProfile.Full)
            .Describe(new Rendered(story, 1), "video", 64, 64);
        Assert.Equal(6, description.Prompts.Count);
        Assert.Equal(story.Scenes.Select(s => s.StartFrame), description.Story!.Scenes.Select(s => s.StartFrame));
    }

    [Fact]
    public void A_video_that_ends_before_its_last_scene_is_refused()
    {
        PromptItem item = new()
        {
            Id = "rain",
            Scenes = [new Scene("Rain falls."), new Scene("Snow falls.", StoryTime.Seconds(60))],
            Length = StoryTime.Seconds(90),
        };
        Story story = ShapesSuites.Get(ShapesSuites.Single, 0).ToStory(VideoProfile.Light, 1);
        string message = Assert.Throws<SuiteException>(
            () => VideoQuestion.OfItem("weather", item).Describe(new Rendered(story, 1), "rain.mp4", 64, 64)).Message;
        Assert.Contains("rain.mp4 ends after 33 frames", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_of_no_known_world_leaves_exact_metrics_out()
    {
        Story story = ShapesSuites.Get(ShapesSuites.Single, 0).ToStory(VideoProfile.Light, 1);
        VideoMeasurement measured = Measure(new Rendered(story, 1), VideoQuestion.OfPrompt("A red fox runs over snow."));
        Assert.Contains(measured.Missing, m => m.Metric == "shapes.subject");
        Assert.Single(measured.Video.Prompts);
        Assert.Empty(Measure(new Rendered(story, 1), VideoQuestion.None).Video.Prompts);
    }

    [Fact]
    public void Faces_in_a_file_beside_the_video_are_known_to_metrics()
    {
        string folder = Directory.CreateTempSubdirectory("longtake-video-").FullName;
        try
        {
            Story story = ShapesSuites.Get(ShapesSuites.Single, 0).ToStory(VideoProfile.Light, 1);
            string file = Path.Combine(folder, "clip.faces.jsonl"), video = Path.Combine(folder, "clip.mp4");
            Assert.Null(Measure(new Rendered(story, 1), VideoQuestion.None, video).Video.Faces);
            File.WriteAllText(file, """{"frame": 2, "faces": [{"box": [9, 9, 30, 30], "landmarks": [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]}]}""");
            IReadOnlyList<int> faces = [.. Measure(new Rendered(story, 1), VideoQuestion.None, video).Video.Faces!.Select(f => f.Count)];
            Assert.Equal((story.FrameCount, 1, 1), (faces.Count, faces[2], faces.Sum()));
            File.WriteAllText(file, """{"frame": 2000, "faces": []}""");
            Assert.Contains(
                "clip.faces.jsonl",
                Assert.Throws<SuiteException>(() => Measure(new Rendered(story, 1), VideoQuestion.None, video)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static VideoMeasurement Measure(Rendered video, VideoQuestion question, string name = "video") =>
        VideoEvaluation.Measure(video, name, question, s_metrics, null, CancellationToken.None);

    private sealed class Rendered(Story story, int scale) : IVideoReader
    {
        private int _next;

        public int FrameCount => story.FrameCount;

        public int Height => 64 * scale;

        public int Width => 64 * scale;

        public double FramesPerSecond => story.FramesPerSecond;

        public bool Read(Span<byte> frame)
        {
            if (_next == FrameCount)
            {
                return false;
            }
            byte[] small = new byte[SceneRenderer.FrameBytes(1)];
            story.RenderFrame(_next++, small);
            for (int y = 0; y < Height; y++)
            {
                for (int x = 0; x < Width; x++)
                {
                    small.AsSpan(((y / scale * 64) + (x / scale)) * 3, 3).CopyTo(frame[(((y * Width) + x) * 3)..]);
                }
            }
            return true;
        }

        public void Dispose()
        {
        }
    }
}
