namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>Turns frames into features of length 1 whose scalar product says how alike two frames are.</summary>
public interface IFrameEncoder
{
    /// <summary>Why it cannot be had (weights that are missing), in one clause; null when it can.</summary>
    string? WhyNot { get; }

    /// <summary>Values of a feature.</summary>
    int Dim { get; }

    /// <summary>Reads what is needed, unless that has been done: bad weights are to be found before long work starts.</summary>
    /// <exception cref="LongTake.Tensors.Files.CheckpointException">The weights are missing or do not fit.</exception>
    void Load();

    /// <summary>Encodes a frame. May be called from several threads.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="feature">[<see cref="Dim"/>], written; of length 1.</param>
    void Encode(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature);
}
