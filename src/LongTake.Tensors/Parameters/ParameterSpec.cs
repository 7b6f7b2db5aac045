namespace LongTake.Tensors.Parameters;

/// <summary>How a parameter is filled before training.</summary>
public enum ParameterInit
{
    /// <summary>All zero.</summary>
    Zeros,

    /// <summary>All one (norm weights).</summary>
    Ones,

    /// <summary>Normal with <see cref="ParameterSpec.Scale"/> as standard deviation.</summary>
    Normal,

    /// <summary>Uniform in +-sqrt(6 / (fan in + fan out)) (Glorot), times <see cref="ParameterSpec.Scale"/>.</summary>
    XavierUniform,

    /// <summary>Uniform in +-sqrt(1 / fan in), times <see cref="ParameterSpec.Scale"/>: PyTorch's default for layers with weights.</summary>
    FanInUniform,
}

/// <summary>Name, shape and initial value of one parameter; a model is known by the list of these.</summary>
/// <param name="Name">Key in the original checkpoint layout.</param>
/// <param name="Shape">Sizes; linear weights are [out, in], convolution weights [out, in, (t,) h, w].</param>
/// <param name="Init">Fill before training.</param>
/// <param name="Scale">Parameter of the fill.</param>
public sealed record ParameterSpec(string Name, Shape Shape, ParameterInit Init = ParameterInit.Zeros, float Scale = 1f);
