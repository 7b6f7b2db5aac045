namespace LongTake.Tensors;

/// <summary>Functions of one number that are applied to every element.</summary>
public enum UnaryFunction
{
    /// <summary>x * sigmoid(1.5957691 * (x + 0.044715 x^3)): the tanh form of GELU.</summary>
    Gelu,

    /// <summary>x * (1 + erf(x / sqrt 2)) / 2: the exact form of GELU, as CLIP and DINO vision transformers use it.</summary>
    GeluExact,

    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>x * sigmoid(1.702 x): the approximation of GELU in OpenAI's CLIP.</summary>
    QuickGelu,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>e to the power x.</summary>
    Exp,

    /// <summary>Natural logarithm.</summary>
    Log,

    /// <summary>x * x.</summary>
    Square,

    /// <summary>Square root.</summary>
    Sqrt,

    /// <summary>Absolute value.</summary>
    Abs,
}
