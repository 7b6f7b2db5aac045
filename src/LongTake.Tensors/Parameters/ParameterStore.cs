using System.Diagnostics.CodeAnalysis;

namespace LongTake.Tensors.Parameters;

/// <summary>The named parameters of one network, in the order of its <see cref="ParameterSpec"/> list. Owns their memory.</summary>
public sealed class ParameterStore : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly List<string> _names = [];

    /// <summary>Names in order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>All parameters in order.</summary>
    public IEnumerable<Tensor> Tensors => _names.Select(n => _tensors[n]);

    /// <summary>Number of scalar parameters.</summary>
    public long ParameterCount => _tensors.Values.Sum(t => t.Count);

    /// <summary>Bytes that all parameters take as stored.</summary>
    public long Bytes => _tensors.Values.Sum(t => t.Bytes);

    /// <summary>A parameter by name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Tensor this[string name] =>
        _tensors.TryGetValue(name, out Tensor? t) ? t : throw new KeyNotFoundException($"The network has no parameter '{name}'.");

    /// <summary>Looks a parameter up.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Tensor? tensor) => _tensors.TryGetValue(name, out tensor);

    /// <summary>Adds a parameter and takes its ownership over from any open scope.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, Tensor tensor)
    {
        if (!_tensors.TryAdd(name, TensorScope.Detach(tensor)))
        {
            throw new ArgumentException($"The parameter '{name}' is there twice.", nameof(name));
        }
        _names.Add(name);
    }

    /// <summary>Makes every parameter of a list with its initial value; the same seed gives the same values.</summary>
    public static ParameterStore CreateRandom(IEnumerable<ParameterSpec> specs, ulong seed)
    {
        ParameterStore store = new();
        foreach (ParameterSpec spec in specs)
        {
            Tensor t = TensorScope.Detach(Tensor.Empty(spec.Shape));
            Initializers.Fill(t.Span, spec, seed);
            store.Add(spec.Name, t);
        }
        return store;
    }

    /// <summary>Wants (or no longer wants) gradients for all parameters.</summary>
    public void RequireGrad(bool value)
    {
        foreach (Tensor t in Tensors)
        {
            t.RequiresGrad = value;
        }
    }

    /// <summary>Marks all parameters constant, so that backends may keep packed copies.</summary>
    public void Freeze()
    {
        foreach (Tensor t in Tensors)
        {
            t.IsFrozen = true;
        }
    }

    /// <summary>A deep copy (EMA weights, a critic that starts from the generator).</summary>
    public ParameterStore Clone()
    {
        ParameterStore copy = new();
        foreach (string name in _names)
        {
            copy.Add(name, _tensors[name].Clone());
        }
        return copy;
    }

    /// <summary>Frees all parameters and their gradients.</summary>
    public void Dispose()
    {
        foreach (Tensor t in _tensors.Values)
        {
            t.Grad?.Dispose();
            t.Grad = null;
            t.Dispose();
        }
        _tensors.Clear();
        _names.Clear();
    }
}
