using System.Numerics.Tensors;

namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>
/// A frame as detectors of repetition see it: 32x32 RGB by area averaging, values in 0..1 (phi of spec/metrics.md section 7.2), and the root
/// mean square distance between two.
/// </summary>
internal static class SmallFrame
{
    public const int Side = 32;
    public const int Length = Side * Side * 3;

    public static AreaResizer Resizer(VideoDescription video) => new(video.Height, video.Width, Side, Side);

    public static void Of(AreaResizer resizer, ReadOnlySpan<byte> frame, Span<float> small)
    {
        resizer.Resize(frame, small);
        TensorPrimitives.Multiply(small, 1 / 255f, small);
    }

    public static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => TensorPrimitives.Distance(a, b) / Math.Sqrt(Length);
}
