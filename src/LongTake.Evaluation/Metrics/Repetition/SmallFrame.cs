using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

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

    public static void ToUnit(ReadOnlySpan<float> levels, Span<float> small)
    {
        for (int i = 0; i < Length; i += Vector512<float>.Count)
        {
            (Vector512.Create(levels[i..]) * (1 / 255f)).CopyTo(small[i..]);
        }
    }

    public static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => TensorPrimitives.Distance(a, b) / Math.Sqrt(Length);
}
