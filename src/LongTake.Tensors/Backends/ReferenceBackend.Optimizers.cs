using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void AdamW(Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, in AdamWStep step)
    {
        if (IsDouble(parameter))
        {
            AdamW(parameter.AsSpan<double>(), gradient.AsSpan<double>(), firstMoment.AsSpan<double>(), secondMoment.AsSpan<double>(), step);
        }
        else
        {
            AdamW(parameter.Span, gradient.Span, firstMoment.Span, secondMoment.Span, step);
        }
    }

    /// <inheritdoc/>
    public override void Lerp(Tensor target, Tensor value, float weight)
    {
        if (IsDouble(target))
        {
            Combine<double>(target, value, target, (t, _, v) => t + (weight * (v - t)));
        }
        else
        {
            Combine<float>(target, value, target, (t, _, v) => t + (weight * (v - t)));
        }
    }

    /// <inheritdoc/>
    public override double SumOfSquares(Tensor x)
    {
        double sum = 0;
        for (long i = 0; i < x.Count; i++)
        {
            sum += At(x, i) * At(x, i);
        }
        return sum;
    }

    private static void AdamW<T>(Span<T> p, Span<T> gradient, Span<T> m, Span<T> v, in AdamWStep step)
        where T : IFloatingPointIeee754<T>
    {
        T beta1 = Number<T>(step.Beta1);
        T beta2 = Number<T>(step.Beta2);
        for (int i = 0; i < p.Length; i++)
        {
            T g = gradient[i] * Number<T>(step.GradientScale);
            m[i] = (beta1 * m[i]) + ((T.One - beta1) * g);
            v[i] = (beta2 * v[i]) + ((T.One - beta2) * g * g);
            T denominator = (T.Sqrt(v[i]) * Number<T>(step.RootScale)) + Number<T>(step.Epsilon);
            p[i] = (p[i] * Number<T>(step.Keep)) - (Number<T>(step.StepSize) * m[i] / denominator);
        }
    }
}
