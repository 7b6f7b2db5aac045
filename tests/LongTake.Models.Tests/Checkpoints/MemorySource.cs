using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Checkpoints;

/// <summary>A checkpoint that lies in memory and counts what is read from it.</summary>
internal sealed class MemorySource : ITensorSource
{
    private readonly Dictionary<string, Tensor> _entries = [];
    private readonly List<TensorInfo> _tensors = [];

    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    public int Loads { get; private set; }

    public bool IsDisposed { get; private set; }

    public MemorySource Add(string name, Tensor tensor)
    {
        _entries.Add(name, tensor);
        _tensors.Add(new TensorInfo(name, tensor.DType, tensor.Shape));
        return this;
    }

    public MemorySource Add(string name, Shape shape, DType type = DType.F32)
    {
        Tensor t = Tensor.Zeros(shape, type);
        return Add(name, t);
    }

    public bool Contains(string name) => _entries.ContainsKey(name);

    public Tensor Load(string name)
    {
        Loads++;
        return _entries[name].Clone();
    }

    public void Dispose()
    {
        IsDisposed = true;
        foreach (Tensor t in _entries.Values)
        {
            t.Dispose();
        }
    }
}
