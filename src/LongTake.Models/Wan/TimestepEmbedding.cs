using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Timesteps to modulation: a sinusoid (cosines first, angles in double precision from the unrounded timestep), a small
/// MLP that gives e, and a projection that gives the six rows of every block's modulation, e0.
/// Source: spec wan-model, section 3.2.
/// </summary>
internal sealed class TimestepEmbedding
{
    private readonly int _dim;
    private readonly double[] _frequencies;
    private readonly LinearLayer _first;
    private readonly LinearLayer _second;
    private readonly LinearLayer _projection;

    public TimestepEmbedding(WanTransformerConfig config, WeightReader weights)
    {
        _dim = config.Dim;
        _frequencies = RotaryFrequencies.Series(config.FreqDim / 2, 10000);
        _first = weights.Linear("time_embedding.0");
        _second = weights.Linear("time_embedding.2");
        _projection = weights.Linear("time_projection.1");
    }

    /// <summary>Embeds timesteps.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="timesteps">[B] or [B, F], F32, F64 or integer.</param>
    /// <param name="type">Type of arithmetic.</param>
    /// <returns>e [B, G, 1, d] for the head and e0 [B, G, 6, d] for the blocks; G is 1 if a sample has one timestep, else F.</returns>
    public (Tensor Head, Tensor Blocks) Forward(Compute compute, Tensor timesteps, DType type)
    {
        int batch = timesteps.Shape[0];
        int groups = timesteps.Rank == 1 || IsUniform(timesteps) ? 1 : timesteps.Shape[1];
        Tensor sinusoid = Sinusoid(timesteps, batch, groups, type);
        Tensor hidden = compute.Linear(sinusoid, _first.Weight, _first.Bias, Activation.Silu);
        Tensor e = compute.Linear(hidden, _second.Weight, _second.Bias);
        Tensor e0 = compute.Linear(compute.Silu(e), _projection.Weight, _projection.Bias);
        return (compute.Reshape(e, [batch, groups, 1, _dim]), compute.Reshape(e0, [batch, groups, 6, _dim]));
    }

    /// <summary>Two tables [B, F] of any of the accepted types as one [B, 2F].</summary>
    public static Tensor Join(Tensor first, Tensor second)
    {
        int batch = first.Shape[0];
        int frames = first.Shape[1];
        Tensor both = Tensor.Empty([batch, 2 * frames], DType.F64);
        Span<double> values = both.AsSpan<double>();
        for (int i = 0; i < first.Count; i++)
        {
            int at = (i / frames * 2 * frames) + (i % frames);
            values[at] = Value(first, i);
            values[at + frames] = Value(second, i);
        }
        return both;
    }

    /// <summary>Whether every sample has the same timestep in all its frames; one modulation then does for all of them.</summary>
    private static bool IsUniform(Tensor timesteps)
    {
        int frames = timesteps.Shape[1];
        for (int i = 0; i < timesteps.Count; i++)
        {
            if (Value(timesteps, i) != Value(timesteps, i / frames * frames))
            {
                return false;
            }
        }
        return true;
    }

    private Tensor Sinusoid(Tensor timesteps, int batch, int groups, DType type)
    {
        int half = _frequencies.Length;
        int stride = (int)(timesteps.Count / (batch * groups));
        Tensor result = Tensor.Empty([batch * groups, 2 * half], type);
        for (int row = 0; row < batch * groups; row++)
        {
            double t = Value(timesteps, row * stride);
            for (int k = 0; k < half; k++)
            {
                (double sin, double cos) = Math.SinCos(t * _frequencies[k]);
                Set(result, (row * 2 * half) + k, cos);
                Set(result, (row * 2 * half) + half + k, sin);
            }
        }
        return result;
    }

    private static double Value(Tensor t, int i) => t.DType switch
    {
        DType.F32 => t.Span[i],
        DType.F64 => t.AsSpan<double>()[i],
        DType.I64 => t.AsSpan<long>()[i],
        DType.I32 => t.AsSpan<int>()[i],
        _ => throw new ArgumentException($"Timesteps are F32, F64, I64 or I32 values, not {t.DType}.", nameof(t)),
    };

    private static void Set(Tensor t, int i, double value)
    {
        if (t.DType == DType.F64)
        {
            t.AsSpan<double>()[i] = value;
        }
        else
        {
            t.Span[i] = (float)value;
        }
    }
}
