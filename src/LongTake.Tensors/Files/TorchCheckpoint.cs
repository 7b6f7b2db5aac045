using System.Globalization;
using LongTake.Tensors.Files.Torch;

namespace LongTake.Tensors.Files;

/// <summary>
/// A file written by <c>torch.save</c> (<c>.pt</c>, <c>.pth</c>): the zip layout of today or the stream of pickles from before
/// version 1.6. The pickle is read by a reader that knows tensors and plain containers only; a file that asks for
/// anything else is refused and nothing in it is ever run. Nested dictionaries, lists and tuples are flattened: a tensor's
/// name is its path, parts joined by '/' (<c>generator_ema/model.blocks.0.ffn.0.weight</c>). The same goes for the modules of a TorchScript
/// archive (<c>visual/conv1/weight</c>), whose code is not looked at. Stored tensors are views of the mapped file; strided ones are gathered
/// when loaded.
/// </summary>
public sealed class TorchCheckpoint : ITensorSource
{
    private const int MaxDepth = 64;
    private const int MaxEntries = 1_000_000;
    private const int MaxPathLength = 4096;

    private readonly Dictionary<string, TorchTensor> _entries = [];
    private readonly Dictionary<string, object> _values = [];
    private readonly List<TensorInfo> _tensors = [];
    private readonly List<string> _keys = [];
    private readonly MappedFile _file;
    private readonly TorchContents _contents;
    private int _visited;
    private bool _isClosed;

    private TorchCheckpoint(MappedFile file)
    {
        _file = file;
        _contents = TorchLayout.Read(file);
        Flatten(_contents.Root, "", 0);
        if (_contents.Root is PickleDictionary root)
        {
            _keys.AddRange(root.Items.Select(i => KeyText(i.Key)));
        }
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <summary>Keys of the outermost dictionary, in order (<c>generator</c>, <c>generator_ema</c>, <c>step</c>, ...); empty if the file holds none.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Texts, numbers (<see cref="long"/>, <see cref="double"/>) and <see cref="bool"/>s by path.</summary>
    public IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>Opens a checkpoint; only its table of contents is read.</summary>
    /// <exception cref="CheckpointException">There is no such file, it is damaged, or it uses what is not permitted.</exception>
    public static TorchCheckpoint Open(string path) => Open(MappedFile.Open(path));

    /// <summary>Reads a checkpoint that lies in memory.</summary>
    internal static TorchCheckpoint Parse(string name, byte[] bytes) =>
        Open(MappedFile.FromBytes(name, bytes.Length > 0 ? bytes : throw new CheckpointException($"The file '{name}' is empty.")));

    /// <inheritdoc/>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <inheritdoc/>
    public unsafe Tensor Load(string name)
    {
        if (!_entries.TryGetValue(name, out TorchTensor? t))
        {
            throw new KeyNotFoundException($"'{Path}' has no tensor '{name}'.");
        }
        bool swap = _contents.IsBigEndian == BitConverter.IsLittleEndian;
        if (t.Storage.Packed is null && t.IsContiguous && !swap)
        {
            return _file.View(t.Storage.Start + (t.Offset * t.DType.Size()), t.Shape, t.DType);
        }
        Tensor result = Tensor.Empty(t.Shape, t.DType);
        if (t.Shape.Count > 0)
        {
            if (t.Storage.Packed is ZipEntry packed)
            {
                fixed (byte* bytes = _contents.Zip!.ReadAll(packed, TorchLayout.MaxInflatedBytes))
                {
                    ContiguousCopy.Gather(bytes, t, (byte*)result.Pointer);
                }
            }
            else
            {
                ContiguousCopy.Gather(_file.Address + t.Storage.Start, t, (byte*)result.Pointer);
            }
        }
        if (swap)
        {
            ContiguousCopy.SwapBytes(result);
        }
        return result;
    }

    /// <summary>Closes the file; tensors already loaded stay valid.</summary>
    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _entries.Clear();
            _file.Dispose();
        }
    }

    private static TorchCheckpoint Open(MappedFile file)
    {
        try
        {
            return new TorchCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Flatten(object? value, string path, int depth)
    {
        // Shared containers may be reached by many paths, and a container may even hold itself.
        if (depth > MaxDepth || path.Length > MaxPathLength || ++_visited > MaxEntries)
        {
            throw new CheckpointException($"'{Path}' is not a readable PyTorch checkpoint: its containers are nested too deeply or refer to each other.");
        }
        switch (value)
        {
            case TorchTensor tensor:
                Add(_entries, path, tensor);
                _tensors.Add(new TensorInfo(path, tensor.DType, tensor.Shape));
                break;
            case PickleDictionary dictionary:
                foreach ((object key, object? item) in dictionary.Items)
                {
                    Flatten(item, Join(path, KeyText(key)), depth + 1);
                }
                break;
            case PickleList list:
                FlattenAll(list.Items, path, depth);
                break;
            case PickleTuple tuple:
                FlattenAll(tuple.Items, path, depth);
                break;
            case string or long or double or bool:
                Add(_values, path, value);
                break;
        }
    }

    private void FlattenAll(IReadOnlyList<object?> items, string path, int depth)
    {
        // By index: a list that holds itself must end at the depth limit, not at a changed collection.
        for (int i = 0; i < items.Count; i++)
        {
            Flatten(items[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), depth + 1);
        }
    }

    private void Add<T>(Dictionary<string, T> entries, string path, T value)
    {
        if (!entries.TryAdd(path, value))
        {
            throw new CheckpointException($"'{Path}' is not a readable PyTorch checkpoint: two entries have the path '{path}'.");
        }
    }

    private static string KeyText(object key) => Convert.ToString(key, CultureInfo.InvariantCulture)!;

    private static string Join(string path, string part) => path.Length == 0 ? part : path + "/" + part;
}
