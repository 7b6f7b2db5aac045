namespace LongTake.Tensors.Backends;

/// <summary>Numbers of one AdamW step, the same for all parameters.</summary>
/// <param name="GradientScale">Factor on the gradient (loss scaling, clipping).</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="Keep">1 - learning rate * weight decay: factor on the parameter.</param>
/// <param name="StepSize">Learning rate / (1 - beta1^t).</param>
/// <param name="RootScale">1 / sqrt(1 - beta2^t).</param>
public readonly record struct AdamWStep(
    float GradientScale, float Beta1, float Beta2, float Epsilon, float Keep, float StepSize, float RootScale);

public abstract partial class Backend
{
    /// <summary>
    /// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; parameter = keep * parameter - step m / (sqrt(v) * rootScale + eps).
    /// </summary>
    public abstract void AdamW(Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, in AdamWStep step);

    /// <summary>target += weight * (value - target).</summary>
    public abstract void Lerp(Tensor target, Tensor value, float weight);

    /// <summary>The sum of squares, accumulated in double precision.</summary>
    public abstract double SumOfSquares(Tensor x);
}
