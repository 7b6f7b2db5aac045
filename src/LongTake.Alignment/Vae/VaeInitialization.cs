using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Vae;

/// <summary>
/// Initial weights from which a small video VAE learns quickly. From random weights it first sits on a plateau, where
/// nothing of what the encoder sees reaches the decoder's output. Here the three colours have a way through from the start:
/// the first channels of every layer outside the residual branches pass them on, averaged on the way down and repeated on
/// the way up. In time, every 3x3x3 convolution sees only its newest frame and every temporal convolution passes frames on,
/// so that what is learned from pictures holds for still clips at once, and clips teach motion alone.
/// </summary>
internal static class VaeInitialization
{
    private const int Colours = 3;

    public static void Apply(ParameterStore parameters)
    {
        foreach (string name in parameters.Names.Where(n => n.EndsWith(".weight")))
        {
            Tensor weight = parameters[name];
            if (weight.Rank == 5 && weight.Shape[2] == 3)
            {
                if (weight.Shape[3] == 1)
                {
                    RepeatInTime(weight);
                    continue;
                }
                SeeNewestFrame(weight);
            }
            if (name.EndsWith(".residual.6.weight") || name.EndsWith(".proj.weight"))
            {
                Quieten(weight);
            }
            PassColours(name, weight);
        }
    }

    private static void PassColours(string name, Tensor weight)
    {
        switch (name)
        {
            case "conv1.weight" or "conv2.weight":
                Pass(weight, weight.Shape[0], 1);
                break;
            case "encoder.head.2.weight":
                // SiLU passes about half of a small number.
                Pass(weight, Colours, 2);
                break;
            case "encoder.conv1.weight" or "decoder.conv1.weight" or "decoder.head.2.weight":
                Pass(weight, Colours, 1);
                break;
            case string resample when resample.EndsWith(".resample.1.weight"):
                if (resample.StartsWith("encoder"))
                {
                    AverageSquare(weight);
                }
                else
                {
                    Pass(weight, Colours, 1);
                }
                break;
            case string shortcut when shortcut.EndsWith(".shortcut.weight"):
                Pass(weight, Colours, 1);
                break;
        }
    }

    /// <summary>Residual branches start as small corrections.</summary>
    private static void Quieten(Tensor weight)
    {
        foreach (ref float v in weight.Span)
        {
            v *= 0.1f;
        }
    }

    /// <summary>The first output channels become copies of the input channels: the centre tap of the newest frame.</summary>
    private static void Pass(Tensor weight, int channels, float gain)
    {
        Shape s = weight.Shape;
        int taps = (int)s.CountOf(2, s.Rank), height = s[-2], width = s[-1];
        int centre = taps - (height * width) + (height / 2 * width) + (width / 2);
        for (int o = 0; o < Math.Min(channels, s[1]); o++)
        {
            weight.Span.Slice(o * s[1] * taps, s[1] * taps).Clear();
            weight.Span[(((o * s[1]) + o) * taps) + centre] = gain;
        }
    }

    /// <summary>The first output channels of a strided 3x3 convolution become averages of 2x2 pixels.</summary>
    private static void AverageSquare(Tensor weight)
    {
        int inputs = weight.Shape[1];
        for (int o = 0; o < Colours; o++)
        {
            weight.Span.Slice(o * inputs * 9, inputs * 9).Clear();
            Span<float> taps = weight.Span.Slice(((o * inputs) + o) * 9, 9);
            taps[0] = taps[1] = taps[3] = taps[4] = 0.25f;
        }
    }

    /// <summary>[O, C, 3, 1, 1], O = C or 2 C: each output channel (of either half) copies its input channel's newest frame.</summary>
    private static void RepeatInTime(Tensor weight)
    {
        int channels = weight.Shape[1];
        weight.Clear();
        for (int o = 0; o < weight.Shape[0]; o++)
        {
            weight.Span[(((o * channels) + (o % channels)) * 3) + 2] = 1;
        }
    }

    /// <summary>[O, C, 3, k, k]: the taps of the two older frames are zero, the others take over their share of the variance.</summary>
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
