using LongTake.Evaluation.Metrics.Faces;
using LongTake.Models.Vision.Faces;

namespace LongTake.Evaluation.Tests.Metrics.Faces;

/// <summary>An encoder whose faces are angles in degrees: where the left eye is, or the first two bytes of a frame that is a face itself.</summary>
internal sealed class ScriptedFaces(string? whyNot = null) : IFaceEncoder
{
    public string? WhyNot { get; } = whyNot;

    public int Dim => 2;

    public int Encoded { get; private set; }

    public void Load()
    {
    }

    public void Encode(ReadOnlySpan<byte> frame, int height, int width, FaceLandmarks? landmarks, Span<float> feature)
    {
        Encoded++;
        double angle = (landmarks?.Points[0].X ?? ((256 * frame[0]) + frame[1])) * Math.PI / 180;
        feature[0] = (float)Math.Cos(angle);
        feature[1] = (float)Math.Sin(angle);
    }

    /// <summary>A face of a person at an angle.</summary>
    public static DetectedFace Face(double angle, double score = 1, double size = 10, double left = 0) => new(
        new FaceBox(left, 0, size, size), score, new FaceLandmarks([new(angle, 0), new(1, 1), new(2, 2), new(3, 3), new(4, 4)]));
}
