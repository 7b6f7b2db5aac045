namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>The newest frame of a video as detectors of repetition see it (<see cref="SmallFrame"/>), made small once however many look at it.</summary>
/// <param name="video">The video.</param>
internal sealed class SmallFrames(VideoDescription video) : ISharedFrames
{
    private readonly AreaResizer _resizer = SmallFrame.Resizer(video);
    private readonly float[] _newest = new float[SmallFrame.Length];

    /// <summary>All metrics of a video can share.</summary>
    public static object Key { get; } = nameof(SmallFrames);

    /// <summary>[32, 32, 3] values in 0..255; valid until the next frame.</summary>
    public ReadOnlySpan<float> Newest => _newest;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> frame) => _resizer.Resize(frame, _newest);

    /// <summary>Nothing to free.</summary>
    public void Dispose()
    {
    }
}
