using LongTake.Generation.Noise;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Noise;

/// <summary>What noise is like over many frames.</summary>
internal static class NoiseStatistics
{
    /// <summary>A thousand frames of a thousand numbers, chunk by chunk.</summary>
    public static float[][] Stream(CorrelatedNoiseOptions options)
    {
        using TensorScope tensors = TensorScope.Open();
        INoisePolicy noise = options.Create(new RunInfo(3, 3, 999));
        Tensor x = Tensor.Empty([1, 3, 4, 16, 16]);
        List<float[]> frames = [];
        for (int c = 0; c < 333; c++)
        {
            noise.Initial(3 * c, x);
            for (int f = 0; f < 3; f++)
            {
                frames.Add(x.Span.Slice(f * 1024, 1024).ToArray());
            }
        }
        return [.. frames];
    }

    /// <summary>Mean product of frames so far apart, over all or some of the earlier ones.</summary>
    public static double Lag(float[][] frames, int lag, Func<int, bool>? from = null) =>
        Enumerable.Range(0, frames.Length - lag).Where(t => from?.Invoke(t) ?? true).Average(t => Product(frames[t], frames[t + lag]));

    /// <summary>The mean of products.</summary>
    public static double Product(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }
        return sum / a.Length;
    }
}
