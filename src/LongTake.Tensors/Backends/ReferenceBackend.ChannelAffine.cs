using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void ChannelAffine(Tensor x, Tensor? scale, Tensor? shift, Tensor? slope, Tensor y)
    {
        if (x.DType == DType.F64)
        {
            ScaleChannels<double>(x, scale, shift, slope, y);
        }
        else
        {
            ScaleChannels<float>(x, scale, shift, slope, y);
        }
    }

    private static void ScaleChannels<T>(Tensor x, Tensor? scale, Tensor? shift, Tensor? slope, Tensor y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> input = x.AsSpan<T>(), output = y.AsSpan<T>();
        int channels = x.Shape[1], positions = checked((int)x.Shape.CountOf(2, x.Rank));
        for (int i = 0; i < input.Length; i++)
        {
            int c = i / positions % channels;
            T v = (input[i] * Of(scale, c, T.One)) + Of(shift, c, T.Zero);
            output[i] = v > T.Zero ? v : v * Of(slope, c, T.One);
        }

        static T Of(Tensor? values, int channel, T otherwise) => values is null ? otherwise : values.AsSpan<T>()[channel];
    }
}
