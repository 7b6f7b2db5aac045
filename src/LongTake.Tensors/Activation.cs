namespace LongTake.Tensors;

/// <summary>What a linear layer applies to its result.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>GELU in its tanh form.</summary>
    GeluTanh,

    /// <summary>x * sigmoid(x).</summary>
    Silu,
}
