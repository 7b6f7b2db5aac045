using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Metrics.VBenchLong;
using LongTake.Evaluation.Tests.Metrics.Networks;

namespace LongTake.Evaluation.Tests.Metrics.Faces;

public class FaceIdentityTests
{
    private static readonly double s_cos30 = Math.Sqrt(0.75);

    [Fact]
    public void Identity_is_vbenchs_formula_on_the_frames_that_have_a_face()
    {
        Assert.Equal(0.466506, Measure(Faces(0, 60, 90))["f.identity"], 1e-6);
        IReadOnlyDictionary<string, double> figures = Measure(Faces(0, null, 60, null, 90));
        Assert.Equal(0.466506, figures["f.identity"], 1e-6);
        Assert.Equal(0.6, figures["f.face_rate"], 1e-9);
        Assert.Equal(0, Measure(Faces(null, null, 3))["f.identity"]);
    }

    [Fact]
    public void History_compares_both_sides_of_the_seam_without_the_pair_at_it()
    {
        double?[] angles = [0, 0, 0, 0, 0, 0, 0, 90, 90, 60, 60, 60, 60, 60, 60, 60];
        double expected = ((49 * 0.5) + (7 * s_cos30)) / 63;
        Assert.Equal(expected, Measure(Faces(angles))["f.history"], 1e-6);
        // Faceless frames drop out of pairs and do not move the others.
        angles[3] = angles[12] = null;
        Assert.Equal(((36 * 0.5) + (6 * s_cos30)) / 48, Measure(Faces(angles))["f.history"], 1e-6);
        // One new face is too few.
        Assert.Equal(0, Measure(Faces(0, 0, 0, 0, 0, null, null, null))["f.history"]);
        // The seam is the last change of prompts.
        Assert.Equal(0.5, Measure(Faces(0, 0, 0, 0, 0, 0, 60, 60), ("a", 0), ("b", 6))["f.history"], 1e-6);
    }

    [Fact]
    public void Consistency_is_the_worst_window_of_likeness_to_the_face_before_and_to_the_first()
    {
        Assert.Equal(1, Measure(Faces([.. Enumerable.Repeat<double?>(40, 9)]))["f.consistency"], 1e-6);
        // Another person from frame 5 on: one pair in a window of four, and all windows at the end are unlike the first.
        double?[] change = [0, 0, 0, 0, 0, 90, 90, 90, 90];
        Assert.Equal(0.7 * 0.75, Measure(Faces(change))["f.consistency"], 1e-6);
        // A frame without a face counts in both lists.
        Assert.Equal(0.75, Measure(Faces(0, 0, 0, null, 0, 0, 0))["f.consistency"], 1e-6);
        Assert.Equal(0, Measure(Faces(0, null, null, null, 0, null, null, null))["f.consistency"]);
        // How sure the detector is counts, too.
        IReadOnlyList<IReadOnlyList<DetectedFace>> unsure = [.. Enumerable.Range(0, 6).Select(_ => (IReadOnlyList<DetectedFace>)[ScriptedFaces.Face(5, 0.8)])];
        Assert.Equal(0.8, Measure(unsure)["f.consistency"], 1e-6);
    }

    [Fact]
    public void The_main_face_is_followed_though_a_larger_one_comes_by()
    {
        IReadOnlyList<DetectedFace> one = [ScriptedFaces.Face(0)], two = [ScriptedFaces.Face(90, size: 14, left: 40), ScriptedFaces.Face(0)];
        IReadOnlyDictionary<string, double> figures = Measure([one, two, two, one, one, two]);
        Assert.Equal(1, figures["f.consistency"], 1e-6);
        // The others go by the largest face, as InfLVG does.
        Assert.True(figures["f.identity"] < 0.7);
    }

    [Fact]
    public void Scenes_are_compared_within_and_across_without_their_first_half_second()
    {
        // At four frames a second, the first two frames of each scene do not count.
        double?[] angles = [90, 90, 0, 0, 60, 60, 180, 180, 60, 60];
        IReadOnlyDictionary<string, double> figures = Measure(Faces(angles), ("a", 0), ("b", 6));
        double first = (1 + 1 + (4 * 0.5)) / 6;
        Assert.Equal((first + 1) / 2, figures["f.within"], 1e-6);
        Assert.Equal((0.5 + 0.5 + 1 + 1) / 4, figures["f.across"], 1e-6);
        Assert.False(Measure(Faces(angles)).ContainsKey("f.across"));
    }

    [Fact]
    public void Faces_of_which_the_detector_is_not_sure_are_not_there()
    {
        IReadOnlyList<DetectedFace> faces = [ScriptedFaces.Face(90, 0.4, 50), ScriptedFaces.Face(0, 0.9)];
        IReadOnlyDictionary<string, double> figures = Measure([faces, faces, [ScriptedFaces.Face(0, 0.3)], faces]);
        Assert.Equal(1, figures["f.identity"], 1e-6);
        Assert.Equal(0.75, figures["f.face_rate"], 1e-9);
    }

    [Fact]
    public void The_middle_of_the_frame_is_a_face_by_definition()
    {
        ScriptedFaces encoder = new();
        FaceIdentityMetric metric = new("centre", new CentreFace(), encoder, findsFaces: false);
        MetricResult result = Scripted.Measure(metric, Scripted.Video(3), [0, 60, 90]);
        Assert.Equal(0.466506, result.Figures["centre.identity"], 1e-6);
        Assert.DoesNotContain(metric.Columns, c => c.Name.EndsWith("face_rate", StringComparison.Ordinal));
        DetectedFace face = Assert.Single(new CentreFace().Locate(new VideoDescription { FrameCount = 1, Height = 480, Width = 832, FramesPerSecond = 16 }, 0, []));
        Assert.Equal((new FaceBox(176, 0, 480, 480), 1.0), (face.Box, face.Score));
        Assert.Null(face.Landmarks);
    }

    [Fact]
    public void It_needs_weights_faces_and_usable_settings()
    {
        VideoDescription video = Scripted.Video(4);
        Assert.Equal("no weights", new FaceIdentityMetric("f", new RecordedFaces(), new ScriptedFaces("no weights")).WhyNot(video));
        Assert.Contains(".faces.jsonl", new FaceIdentityMetric("f", new RecordedFaces(), new ScriptedFaces()).WhyNot(video)!, StringComparison.Ordinal);
        Assert.NotNull(new FaceIdentityMetric("f", new CentreFace(), new ScriptedFaces()).WhyNot(Scripted.Video(1)));
        foreach ((FaceIdentityOptions options, string name) in ((FaceIdentityOptions, string)[])[
            (new() { MostFaces = 0 }, "MostFaces"), (new() { FrameStride = 0 }, "FrameStride"), (new() { FramesPerPart = 0 }, "FramesPerPart"),
            (new() { Window = 0 }, "Window"), (new() { MinScore = 1.1 }, "MinScore"), (new() { SceneGrace = -1 }, "SceneGrace")])
        {
            Assert.Contains(
                name,
                Assert.Throws<ArgumentException>(() => new FaceIdentityMetric("f", new CentreFace(), new ScriptedFaces(), options)).Message,
                StringComparison.Ordinal);
        }
        Assert.Throws<ArgumentException>(() => (video with { Faces = Faces(1, 2) }).Validate());
        VideoDescription clip = ClipPlan.Describe(video with { Faces = Faces(1, 2, 3, 4) }, new Clip(1, 2));
        Assert.Equal([2.0, 3.0], clip.Faces!.Select(f => f[0].Landmarks!.Points[0].X));
    }

    private static IReadOnlyList<IReadOnlyList<DetectedFace>> Faces(params double?[] angles) =>
        [.. angles.Select(a => (IReadOnlyList<DetectedFace>)(a is double angle ? [ScriptedFaces.Face(angle)] : []))];

    private static IReadOnlyDictionary<string, double> Measure(IReadOnlyList<IReadOnlyList<DetectedFace>> faces, params (string, int)[] prompts)
    {
        FaceIdentityMetric metric = new("f", new RecordedFaces(), new ScriptedFaces());
        MetricResult result = Scripted.Measure(metric, Scripted.Video(faces.Count, 4, prompts) with { Faces = faces }, Enumerable.Repeat(0, faces.Count));
        Assert.All(result.Figures.Keys, k => Assert.Contains(metric.Columns, c => c.Name == k));
        return result.Figures;
    }
}
