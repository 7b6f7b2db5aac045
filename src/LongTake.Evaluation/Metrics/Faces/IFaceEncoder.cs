using LongTake.Models.Vision.Faces;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>Turns faces into features of length 1 whose scalar product says whether two faces are of one person.</summary>
public interface IFaceEncoder
{
    /// <summary>Why it cannot be had (weights that are missing), in one clause; null when it can.</summary>
    string? WhyNot { get; }

    /// <summary>Values of a feature.</summary>
    int Dim { get; }

    /// <summary>Reads what is needed, unless that has been done.</summary>
    /// <exception cref="LongTake.Tensors.Files.CheckpointException">The weights are missing or do not fit.</exception>
    void Load();

    /// <summary>Encodes a face. May be called from several threads.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="landmarks">Where its eyes, nose and mouth are; null for the middle square of the frame.</param>
    /// <param name="feature">[<see cref="Dim"/>], written; of length 1.</param>
    void Encode(ReadOnlySpan<byte> frame, int height, int width, FaceLandmarks? landmarks, Span<float> feature);
}
