using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan;

/// <summary>A linear layer's weight [out, in] and bias [out].</summary>
internal readonly record struct LinearLayer(Tensor Weight, Tensor Bias);

/// <summary>
/// Hands out a network's parameters. Weights of linear layers stay as stored (kernels widen half-precision ones while they
/// pack); vectors that are stored in half precision are widened once, into copies that this object owns.
/// </summary>
internal sealed class WeightReader(ParameterStore parameters) : IDisposable
{
    private readonly List<Tensor> _copies = [];

    public LinearLayer Linear(string name) => new(parameters[name + ".weight"], Vector(name + ".bias"));

    /// <summary>A bias, norm weight or modulation, in the type of arithmetic.</summary>
    public Tensor Vector(string name)
    {
        Tensor stored = parameters[name];
        if (stored.DType is not (DType.BF16 or DType.F16))
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
