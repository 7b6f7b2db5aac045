namespace LongTake.Tensors.Backends;

/// <summary>Elementary arithmetic. A second operand with fewer elements repeats over the leading dimensions of the first.</summary>
public abstract partial class Backend
{
    /// <summary>y = a + b; y may be a.</summary>
    public abstract void Add(Tensor a, Tensor b, Tensor y);

    /// <summary>y = a - b; y may be a.</summary>
    public abstract void Subtract(Tensor a, Tensor b, Tensor y);

    /// <summary>y = a * b; y may be a.</summary>
    public abstract void Multiply(Tensor a, Tensor b, Tensor y);

    /// <summary>y = x * scale + shift; y may be x.</summary>
    public abstract void Affine(Tensor x, float scale, float shift, Tensor y);

    /// <summary>y = min(max(x, low), high); y may be x.</summary>
    public abstract void Clamp(Tensor x, float low, float high, Tensor y);

    /// <summary>gx += gy where x lies within [low, high].</summary>
    public abstract void ClampBackward(Tensor x, float low, float high, Tensor gy, Tensor gx);

    /// <summary>target += factor * x.</summary>
    public abstract void AddScaled(Tensor x, float factor, Tensor target);

    /// <summary>target += a * b.</summary>
    public abstract void AddProduct(Tensor a, Tensor b, Tensor target);
}
