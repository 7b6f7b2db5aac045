namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// What real pictures of a world look like: the measure of <see cref="ImagingStandIn"/>. Never take the first frames of a generated video for it;
/// that would hide an early failure.
/// </summary>
/// <param name="Sharpness">Mean variance of the Laplacian of luma in 0..1.</param>
/// <param name="Chroma">Mean chroma (largest minus smallest channel) in 0..1.</param>
public sealed record ImagingReference(double Sharpness, double Chroma)
{
    /// <summary>The Shapes world: the first frames of the first 512 training clips.</summary>
    public static ImagingReference Shapes { get; } = new(0.00976, 0.1082);

    /// <summary>Measures real pictures.</summary>
    /// <param name="pictures">[H, W, 3] bytes each; at least one.</param>
    /// <param name="height">Height H, at least 3.</param>
    /// <param name="width">Width W, at least 3.</param>
    /// <exception cref="ArgumentException">There is no picture, or one has another size.</exception>
    public static ImagingReference Of(IEnumerable<ReadOnlyMemory<byte>> pictures, int height, int width)
    {
        ImagingStatistics statistics = new(height, width);
        double sharpness = 0, chroma = 0;
        int count = 0;
        foreach (ReadOnlyMemory<byte> picture in pictures)
        {
            statistics.Measure(picture.Span);
            sharpness += statistics.Sharpness;
            chroma += statistics.Chroma;
            count++;
        }
        return count > 0 ? new ImagingReference(sharpness / count, chroma / count)
            : throw new ArgumentException("A reference needs at least one picture.", nameof(pictures));
    }
}
