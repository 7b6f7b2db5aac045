using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Tensors.Optimizers;

/// <summary>Limits the global L2 norm of the gradients, as <c>torch.nn.utils.clip_grad_norm_</c> does.</summary>
/// <param name="backend">Where the gradients are.</param>
public sealed class GradientClipper(Backend backend)
{
    /// <summary>The L2 norm of all gradients together; NaN or infinite if any element is.</summary>
    public double Norm(ParameterStore parameters)
    {
        double sum = 0;
        foreach (string name in parameters.Names)
        {
            if (parameters[name].Grad is Tensor gradient)
            {
                sum += backend.SumOfSquares(gradient);
            }
        }
        return Math.Sqrt(sum);
    }

    /// <summary>
    /// Scales all gradients so that their norm is at most <paramref name="maxNorm"/>, and returns the norm before. If it is not
    /// finite (test with <see cref="double.IsFinite"/>) the gradients are left as they are: skip the step.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is not positive.</exception>
    public double Clip(ParameterStore parameters, float maxNorm)
    {
        double norm = Norm(parameters);
        float factor = Factor(norm, maxNorm);
        if (factor < 1f)
        {
            foreach (string name in parameters.Names)
            {
                if (parameters[name].Grad is Tensor gradient)
                {
                    backend.Affine(gradient, factor, 0f, gradient);
                }
            }
        }
        return norm;
    }

    /// <summary>
    /// The factor that brings a norm to at most <paramref name="maxNorm"/> (1 if it is within, or not finite). Given to
    /// <see cref="AdamW.Step"/>, it saves the pass over all gradients that <see cref="Clip"/> makes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is not positive.</exception>
    public static float Factor(double norm, float maxNorm)
    {
        if (!(maxNorm > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(maxNorm), maxNorm, "The largest gradient norm must be positive.");
        }
        return double.IsFinite(norm) ? (float)Math.Min(1, maxNorm / (norm + 1e-6)) : 1f;
    }
}
