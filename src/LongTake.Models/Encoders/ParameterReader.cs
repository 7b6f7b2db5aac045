using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Encoders;

/// <summary>A linear layer's weight [out, in] and bias [out].</summary>
internal readonly record struct LinearWeights(Tensor Weight, Tensor? Bias)
{
    public Tensor Apply(Compute compute, Tensor x) => compute.Linear(x, Weight, Bias);
}

/// <summary>A layer norm's weight and bias, both [d].</summary>
internal readonly record struct NormWeights(Tensor Weight, Tensor Bias, float Eps)
{
    public Tensor Apply(Compute compute, Tensor x) => compute.LayerNorm(x, Weight, Bias, Eps);
}

/// <summary>
/// Hands out the parameters of an encoder after checking that they are all there. Matrices stay as stored (kernels widen half precision
/// while they pack); what is not a matrix of a linear layer is widened once, into copies that this object owns.
/// </summary>
internal sealed class ParameterReader : IDisposable
{
    private readonly ParameterStore _parameters;
    private readonly List<Tensor> _owned = [];

    /// <summary>Checks parameters.</summary>
    /// <param name="parameters">They stay the caller's.</param>
    /// <param name="specs">What the network needs.</param>
    /// <param name="network">What it is called, for messages.</param>
    /// <exception cref="ArgumentException">A parameter is missing, unknown or of another shape.</exception>
    public ParameterReader(ParameterStore parameters, IReadOnlyList<ParameterSpec> specs, string network)
    {
        foreach (ParameterSpec spec in specs)
        {
            if (!parameters.TryGet(spec.Name, out Tensor? tensor))
            {
                throw new ArgumentException($"The parameter '{spec.Name}' {spec.Shape} of the {network} is missing.", nameof(parameters));
            }
            if (tensor.Shape != spec.Shape || !tensor.DType.IsFloating())
            {
                throw new ArgumentException(
                    $"The parameter '{spec.Name}' of the {network} is {tensor.DType} {tensor.Shape}; the configuration needs weights of shape {spec.Shape}.",
                    nameof(parameters));
            }
        }
        HashSet<string> known = [.. specs.Select(s => s.Name)];
        if (parameters.Names.FirstOrDefault(n => !known.Contains(n)) is string stranger)
        {
            throw new ArgumentException($"The {network} has no parameter '{stranger}'; is the checkpoint of another model?", nameof(parameters));
        }
        _parameters = parameters;
    }

    /// <summary>A matrix of a linear layer, as stored.</summary>
    public Tensor Matrix(string name) => _parameters[name];

    /// <summary>A matrix as a view of another shape, such as the kernel of a patch embedding.</summary>
    public Tensor Matrix(string name, Shape shape) => Own(_parameters[name].View(shape));

    /// <summary>A bias, norm weight, token or table of positions in single precision.</summary>
    public Tensor Vector(string name)
    {
        Tensor stored = _parameters[name];
        return stored.DType == DType.F32 ? stored : Own(TensorConversion.To(stored, DType.F32));
    }

    /// <summary>As <see cref="Vector(string)"/>, as a view of another shape.</summary>
    public Tensor Vector(string name, Shape shape) => Own(Vector(name).View(shape));

    /// <summary>A linear layer with bias.</summary>
    public LinearWeights Linear(string name) => new(Matrix(name + ".weight"), Vector(name + ".bias"));

    /// <summary>A layer norm.</summary>
    public NormWeights Norm(string name, float eps) => new(Vector(name + ".weight"), Vector(name + ".bias"), eps);

    /// <summary>Frees views and copies.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in _owned)
        {
            tensor.Dispose();
        }
        _owned.Clear();
    }

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(TensorScope.Detach(tensor));
        return tensor;
    }
}
