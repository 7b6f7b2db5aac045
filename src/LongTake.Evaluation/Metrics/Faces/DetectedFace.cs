using LongTake.Models.Vision.Faces;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>Where a face is, in pixels.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Width">Width, positive.</param>
/// <param name="Height">Height, positive.</param>
public readonly record struct FaceBox(double Left, double Top, double Width, double Height)
{
    /// <summary>Square pixels.</summary>
    public double Area => Width * Height;

    /// <summary>Pixels from its centre to that of another box.</summary>
    public double DistanceTo(FaceBox other)
    {
        double x = Left + (Width / 2) - other.Left - (other.Width / 2), y = Top + (Height / 2) - other.Top - (other.Height / 2);
        return Math.Sqrt((x * x) + (y * y));
    }
}

/// <summary>A face of a frame.</summary>
/// <param name="Box">Where it is.</param>
/// <param name="Score">How sure the detector is, 0 to 1.</param>
/// <param name="Landmarks">Eyes, nose and mouth; null where the middle square of the frame is to be taken for the face.</param>
public sealed record DetectedFace(FaceBox Box, double Score, FaceLandmarks? Landmarks);
