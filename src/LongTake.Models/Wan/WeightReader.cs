using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan;

/// <summary>
/// Hands out a network's parameters. Weights of linear layers stay as stored (kernels widen half-precision and float8 ones while they
/// pack); vectors that are stored narrower than single precision are widened once, into copies that this object owns.
/// </summary>
internal sealed class WeightReader(ParameterStore parameters) : IDisposable
{
    private readonly List<Tensor> _copies = [];
    private readonly Dictionary<string, LinearLayer> _linears = [];

    /// <summary>The linear layers that were handed out, by name.</summary>
    public IReadOnlyDictionary<string, LinearLayer> Linears => _linears;

    /// <summary>A linear layer; the same object for the same name.</summary>
    public LinearLayer Linear(string name)
    {
        if (!_linears.TryGetValue(name, out LinearLayer? layer))
        {
            _linears[name] = layer = new LinearLayer(parameters[name + ".weight"], Vector(name + ".bias"));
        }
        return layer;
    }

    /// <summary>A bias, norm weight or modulation, in the type of arithmetic.</summary>
    public Tensor Vector(string name)
    {
        Tensor stored = parameters[name];
        if (stored.DType is DType.F32 or DType.F64)
        {
            return stored;
        }
        Tensor copy = TensorScope.Detach(TensorConversion.To(stored, DType.F32));
        _copies.Add(copy);
        return copy;
    }

    public void Dispose()
    {
        foreach (Tensor copy in _copies)
        {
            copy.Dispose();
        }
        _copies.Clear();
    }
}
