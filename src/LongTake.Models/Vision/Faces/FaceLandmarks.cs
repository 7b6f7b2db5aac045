namespace LongTake.Models.Vision.Faces;

/// <summary>A point of a picture; whole numbers are centres of pixels, the first pixel's is 0.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Down.</param>
public readonly record struct FacePoint(double X, double Y);

/// <summary>Five points of a face, in the order of all public detectors; left and right are those of the picture.</summary>
public sealed class FaceLandmarks
{
    /// <summary>Points.</summary>
    public const int Count = 5;

    /// <summary>Where the points lie in a face of 112x112 that ArcFace sees.</summary>
    internal static readonly FacePoint[] Template =
    [
        new(38.2946, 51.6963), new(73.5318, 51.5014), new(56.0252, 71.7366), new(41.5493, 92.3655), new(70.7299, 92.2041),
    ];

    /// <summary>Takes the points.</summary>
    /// <param name="points">Left eye, right eye, tip of the nose, left and right corner of the mouth, in pixels.</param>
    /// <exception cref="ArgumentException">There are not five, one is no number, or all are the same.</exception>
    public FaceLandmarks(IReadOnlyList<FacePoint> points)
    {
        if (points.Count != Count || points.Any(p => !double.IsFinite(p.X) || !double.IsFinite(p.Y)))
        {
            throw new ArgumentException(
                $"A face has {Count} landmarks (two eyes, nose, two corners of the mouth) with finite coordinates, not {points.Count}.", nameof(points));
        }
        if (points.All(p => p == points[0]))
        {
            throw new ArgumentException("The landmarks of the face all lie in one point.", nameof(points));
        }
        Points = [.. points];
    }

    /// <summary>The points, in order.</summary>
    public IReadOnlyList<FacePoint> Points { get; }
}
