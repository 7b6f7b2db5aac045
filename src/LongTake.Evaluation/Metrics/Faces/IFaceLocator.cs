namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>Says where faces are in the frames of a video: from a file, by a detector, or by definition.</summary>
public interface IFaceLocator
{
    /// <summary>Why it cannot say for such a video, in one clause; null when it can.</summary>
    /// <param name="video">The video.</param>
    string? WhyNot(VideoDescription video);

    /// <summary>The faces of a frame, in any order.</summary>
    /// <param name="video">The video.</param>
    /// <param name="index">Number of the frame, from 0.</param>
    /// <param name="frame">[H, W, 3] bytes.</param>
    IReadOnlyList<DetectedFace> Locate(VideoDescription video, int index, ReadOnlySpan<byte> frame);
}

/// <summary>Faces that were found beforehand (<see cref="VideoDescription.Faces"/>).</summary>
public sealed class RecordedFaces : IFaceLocator
{
    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => video.Faces is null
        ? $"it is not known where the faces are: LongTake has no detector of faces; put what one found into a file beside the video (NAME{FaceFile.Extension})"
        : null;

    /// <inheritdoc/>
    public IReadOnlyList<DetectedFace> Locate(VideoDescription video, int index, ReadOnlySpan<byte> frame) => video.Faces![index];
}

/// <summary>
/// Takes the middle square of every frame for a face, whatever is there. Of use for videos of one face that fills the frame, and for comparing
/// clips that were framed alike.
/// </summary>
public sealed class CentreFace : IFaceLocator
{
    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) => null;

    /// <inheritdoc/>
    public IReadOnlyList<DetectedFace> Locate(VideoDescription video, int index, ReadOnlySpan<byte> frame)
    {
        int side = Math.Min(video.Height, video.Width);
        return [new DetectedFace(new FaceBox((video.Width - side) / 2.0, (video.Height - side) / 2.0, side, side), 1, null)];
    }
}
