using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Vae;

/// <summary>
/// Turns the random initial weights of a video VAE into those of a picture VAE that treats each frame by itself and repeats
/// it in time: every 3x3x3 convolution sees only its newest frame, every temporal convolution passes frames on. What is learned
/// from pictures then holds for still clips at once, and clips teach motion alone.
/// </summary>
internal static class VaeInflation
{
    public static void Apply(ParameterStore parameters)
    {
        foreach (string name in parameters.Names)
        {
            Tensor weight = parameters[name];
            if (weight.Rank != 5 || weight.Shape[2] != 3)
            {
                continue;
            }
            if (weight.Shape[3] == 1)
            {
                PassOn(weight);
            }
            else
            {
                SeeNewestFrame(weight);
            }
        }
    }

    // [O, C, 3, 1, 1], O = C or 2 C: each output channel (of either half) copies its input channel's newest frame.
    private static void PassOn(Tensor weight)
    {
        int channels = weight.Shape[1];
        weight.Clear();
        for (int o = 0; o < weight.Shape[0]; o++)
        {
            weight.Span[(((o * channels) + (o % channels)) * 3) + 2] = 1;
        }
    }

    // [O, C, 3, k, k]: the taps of the two older frames are zero, the others take over their share of the variance.
    private static void SeeNewestFrame(Tensor weight)
    {
        int plane = weight.Shape[3] * weight.Shape[4];
        Span<float> values = weight.Span;
        for (int i = 0; i < values.Length; i += 3 * plane)
        {
            values.Slice(i, 2 * plane).Clear();
            foreach (ref float v in values.Slice(i + (2 * plane), plane))
            {
                v *= MathF.Sqrt(3);
            }
        }
    }
}
