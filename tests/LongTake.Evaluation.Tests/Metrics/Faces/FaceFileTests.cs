using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Suites;
using LongTake.Models.Vision.Faces;

namespace LongTake.Evaluation.Tests.Metrics.Faces;

public sealed class FaceFileTests : IDisposable
{
    private const string Landmarks = "[[30, 40], [50, 40], [40, 50], [32, 60], [48, 60]]";

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-facefile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_file_lies_beside_the_video()
    {
        string path = Write("");
        Assert.Equal(path, FaceFile.Beside(Path.Combine(_folder, "clip.mp4")));
        Assert.Equal(path, FaceFile.Beside(Path.Combine(_folder, "clip") + Path.DirectorySeparatorChar));
        Assert.Null(FaceFile.Beside(Path.Combine(_folder, "other.mp4")));
    }

    [Fact]
    public void Frames_without_a_line_have_no_face()
    {
        string path = Write(
            $$$"""{"frame": 2, "faces": [{"score": 0.75, "box": [20, 30, 40, 50], "landmarks": {{{Landmarks}}}}, {"box": [0, 0, 5, 5], "landmarks": {{{Landmarks}}}}]}""" + "\n\n");
        IReadOnlyList<IReadOnlyList<DetectedFace>> faces = FaceFile.Load(path, 4);
        Assert.Equal([0, 0, 2, 0], faces.Select(f => f.Count));
        Assert.Equal((new FaceBox(20, 30, 40, 50), 0.75), (faces[2][0].Box, faces[2][0].Score));
        Assert.Equal(new FacePoint(48, 60), faces[2][0].Landmarks!.Points[4]);
        Assert.Equal(1, faces[2][1].Score);
        Assert.Equal(2000, faces[2][0].Box.Area);
    }

    [Theory]
    [InlineData("""{"frame": 4, "faces": []}""", "none of the video's 4")]
    [InlineData("""{"frame": -1, "faces": []}""", "none of the video's 4")]
    [InlineData("""{"faces": []}""", "line 1")]
    [InlineData("""{"frame": 0, "faces": [{"box": [0, 0, 0, 5], "landmarks": []}]}""", "positive width")]
    [InlineData("""{"frame": 0, "faces": [{"box": [0, 0, 5, 5], "landmarks": [[1, 2]]}]}""", "5 landmarks")]
    [InlineData("""{"frame": 0, "faces": [{"box": [0, 0, 5, 5], "landmarks": [[1]]}]}""", "x and y")]
    [InlineData("""{"frame": 0, "faces": [{"box": [0, 0, 5, 5], "score": 3, "landmarks": []}]}""", "score from 0 to 1")]
    [InlineData("[", "line 1")]
    public void What_is_wrong_is_said_with_its_line(string line, string why)
    {
        string path = Write(line);
        string message = Assert.Throws<SuiteException>(() => FaceFile.Load(path, 4)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        string path = Path.Combine(_folder, "clip.faces.jsonl");
        File.WriteAllText(path, text);
        return path;
    }
}
