using LongTake.Models.Vision.Faces;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Vision.Faces;

/// <summary>IResNet in plain double precision with its batch norms as they are, written from the specification and nothing else.</summary>
internal sealed class ScalarFaceNetwork(ParameterStore parameters, FaceNetworkConfig config)
{
    public double[] Encode(double[] face)
    {
        double[][] x = [.. Enumerable.Range(0, 3).Select(c => face[(c * face.Length / 3)..((c + 1) * face.Length / 3)])];
        x = Slope(Norm(Convolution(x, "conv1.weight", 1), "bn1"), "prelu.weight");
        for (int stage = 1; stage <= 4; stage++)
        {
            for (int i = 0; i < config.Blocks[stage - 1]; i++)
            {
                string block = $"layer{stage}.{i}.";
                int stride = i == 0 ? 2 : 1;
                double[][] y = Norm(Convolution(Norm(x, block + "bn1"), block + "conv1.weight", 1), block + "bn2");
                y = Norm(Convolution(Slope(y, block + "prelu.weight"), block + "conv2.weight", stride), block + "bn3");
                double[][] shortcut = i == 0 ? Norm(Convolution(x, block + "downsample.0.weight", 2), block + "downsample.1") : x;
                x = [.. y.Zip(shortcut, (a, b) => a.Zip(b, (p, q) => p + q).ToArray())];
            }
        }
        double[] flat = [.. Norm(x, "bn2").SelectMany(c => c)];
        double[] weight = Values("fc.weight"), bias = Values("fc.bias");
        double[][] outputs = [.. bias.Select((b, o) => (double[])[b + Enumerable.Range(0, flat.Length).Sum(i => weight[(o * flat.Length) + i] * flat[i])])];
        return [.. Norm(outputs, "features").Select(v => v[0])];
    }

    private double[][] Convolution(double[][] x, string name, int stride)
    {
        Shape shape = parameters[name].Shape;
        double[] w = Values(name);
        int size = (int)Math.Sqrt(x[0].Length), kernel = shape[2], pad = kernel / 2, to = size / stride;
        return
        [
            .. Enumerable.Range(0, shape[0]).Select(o => Enumerable.Range(0, to * to).Select(p =>
            {
                double sum = 0;
                for (int i = 0; i < x.Length * kernel * kernel; i++)
                {
                    int row = (p / to * stride) + (i / kernel % kernel) - pad, column = (p % to * stride) + (i % kernel) - pad;
                    if (row >= 0 && column >= 0 && row < size && column < size)
                    {
                        sum += w[(o * x.Length * kernel * kernel) + i] * x[i / kernel / kernel][(row * size) + column];
                    }
                }
                return sum;
            }).ToArray()),
        ];
    }

    private double[][] Norm(double[][] x, string name)
    {
        double[] weight = Values(name + ".weight"), bias = Values(name + ".bias");
        double[] mean = Values(name + ".running_mean"), variance = Values(name + ".running_var");
        return [.. x.Select((plane, c) => plane.Select(v => ((v - mean[c]) / Math.Sqrt(variance[c] + 1e-5) * weight[c]) + bias[c]).ToArray())];
    }

    private double[][] Slope(double[][] x, string name)
    {
        double[] slope = Values(name);
        return [.. x.Select((plane, c) => plane.Select(v => v > 0 ? v : v * slope[c]).ToArray())];
    }

    private double[] Values(string name) => [.. parameters[name].Span.ToArray().Select(v => (double)v)];
}
