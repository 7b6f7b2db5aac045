using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Vision.Faces;

/// <summary>
/// Batch norms with running statistics, which are a scale and a shift of each channel, folded into the layers beside them. What it makes
/// belongs to the caller. Source: spec metric-models, section 10.
/// </summary>
/// <param name="parameters">The stored parameters.</param>
/// <param name="eps">Added to variances.</param>
internal sealed class FoldedNorms(ParameterStore parameters, double eps)
{
    /// <summary>What a norm does to each channel: x * Scale + Shift.</summary>
    public (double[] Scale, double[] Shift) Of(string norm)
    {
        double[] weight = Values(norm + ".weight"), bias = Values(norm + ".bias");
        double[] mean = Values(norm + ".running_mean"), variance = Values(norm + ".running_var");
        double[] scale = [.. weight.Select((w, c) => w / Math.Sqrt(variance[c] + eps))];
        return (scale, [.. bias.Select((b, c) => b - (mean[c] * scale[c]))]);
    }

    /// <summary>A convolution and the norm behind it as one convolution with a bias.</summary>
    public (Tensor Weight, Tensor Bias) Convolution(string convolution, string norm)
    {
        (double[] scale, double[] shift) = Of(norm);
        Tensor weight = Wide(convolution + ".weight");
        Span<float> w = weight.Span;
        int stride = w.Length / scale.Length;
        for (int i = 0; i < w.Length; i++)
        {
            w[i] = (float)(w[i] * scale[i / stride]);
        }
        return (Constant(weight), Vector(shift));
    }

    /// <summary>A linear layer on flattened maps, the norm of its input's channels and the norm of its outputs as one linear layer.</summary>
    public (Tensor Weight, Tensor Bias) Linear(string before, string linear, string after)
    {
        (double[] inScale, double[] inShift) = Of(before);
        (double[] outScale, double[] outShift) = Of(after);
        Tensor weight = Wide(linear + ".weight");
        double[] bias = Values(linear + ".bias");
        Span<float> w = weight.Span;
        int inputs = weight.Shape[1], positions = inputs / inScale.Length;
        for (int o = 0; o < bias.Length; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                int c = i / positions;
                double value = w[(o * inputs) + i];
                bias[o] += value * inShift[c];
                w[(o * inputs) + i] = (float)(value * inScale[c] * outScale[o]);
            }
            bias[o] = (bias[o] * outScale[o]) + outShift[o];
        }
        return (Constant(weight), Vector(bias));
    }

    /// <summary>A parameter in single precision.</summary>
    public Tensor Single(string name) => Constant(Wide(name));

    /// <summary>Numbers as a constant in single precision.</summary>
    public static Tensor Vector(double[] values) => Constant(TensorScope.Detach(Tensor.From([.. values.Select(v => (float)v)], [values.Length])));

    private static Tensor Constant(Tensor tensor)
    {
        tensor.IsFrozen = true;
        return tensor;
    }

    // A copy even where the type is right, because it is changed.
    private Tensor Wide(string name) => TensorScope.Detach(TensorConversion.To(parameters[name], DType.F32));

    private double[] Values(string name)
    {
        using Tensor wide = Wide(name);
        return [.. wide.Span.ToArray().Select(v => (double)v)];
    }
}
