using System.Text.Json;
using LongTake.Evaluation.Suites;
using LongTake.Models.Vision.Faces;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>
/// Reads what a detector of faces found: a line a frame that has faces, such as
/// <c>{"frame": 12, "faces": [{"score": 0.98, "box": [x, y, w, h], "landmarks": [[x, y], [x, y], [x, y], [x, y], [x, y]]}]}</c>, in pixels of
/// the video; landmarks are left eye, right eye, nose, left and right corner of the mouth, as they lie in the picture.
/// </summary>
public static class FaceFile
{
    /// <summary>End of the name of the file beside a video.</summary>
    public const string Extension = ".faces.jsonl";

    /// <summary>The file beside a video, <c>clip.faces.jsonl</c> for <c>clip.mp4</c>; null when there is none.</summary>
    public static string? Beside(string video)
    {
        string path = Path.ChangeExtension(Path.TrimEndingDirectorySeparator(video), null) + Extension;
        return File.Exists(path) ? path : null;
    }

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="frameCount">Frames of the video.</param>
    /// <returns>The faces of each frame.</returns>
    /// <exception cref="SuiteException">It cannot be read or does not fit the video; the message names the line.</exception>
    public static IReadOnlyList<IReadOnlyList<DetectedFace>> Load(string path, int frameCount)
    {
        List<DetectedFace>[] faces = [.. Enumerable.Range(0, frameCount).Select(_ => new List<DetectedFace>())];
        int number = 0;
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                number++;
                if (!string.IsNullOrWhiteSpace(line))
                {
                    Read(line, faces);
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new SuiteException($"'{path}', line {number}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SuiteException($"The faces in '{path}' cannot be read: {e.Message}", e);
        }
        return faces;
    }

    private static void Read(string line, List<DetectedFace>[] faces)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        int frame = document.RootElement.GetProperty("frame").GetInt32();
        if (frame < 0 || frame >= faces.Length)
        {
            throw new FormatException($"frame {frame} is none of the video's {faces.Length} (0 to {faces.Length - 1}); is the file of another video?");
        }
        foreach (JsonElement face in document.RootElement.GetProperty("faces").EnumerateArray())
        {
            double[] box = Numbers(face.GetProperty("box"));
            double score = face.TryGetProperty("score", out JsonElement given) ? given.GetDouble() : 1;
            if (box.Length != 4 || !(box[2] > 0) || !(box[3] > 0) || score is not (>= 0 and <= 1))
            {
                throw new FormatException("a face has a box of x, y and positive width and height, and a score from 0 to 1.");
            }
            FacePoint[] points =
            [
                .. face.GetProperty("landmarks").EnumerateArray().Select(Numbers)
                    .Select(p => p.Length == 2 ? new FacePoint(p[0], p[1]) : throw new FormatException("a landmark is x and y.")),
            ];
            faces[frame].Add(new DetectedFace(new FaceBox(box[0], box[1], box[2], box[3]), score, new FaceLandmarks(points)));
        }
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(n => n.GetDouble())];
}
