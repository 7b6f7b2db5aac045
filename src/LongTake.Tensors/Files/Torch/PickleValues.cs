namespace LongTake.Tensors.Files.Torch;

/// <summary>A tuple of a pickle.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A list of a pickle (sets too).</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dictionary of a pickle, in its order; a key assigned twice keeps its place and takes the later value.</summary>
internal class PickleDictionary
{
    private readonly Dictionary<object, int> _index = [];

    public List<KeyValuePair<object, object?>> Items { get; } = [];

    public void Set(object key, object? value)
    {
        if (_index.TryGetValue(key, out int at))
        {
            Items[at] = KeyValuePair.Create(key, value);
            return;
        }
        _index[key] = Items.Count;
        Items.Add(KeyValuePair.Create(key, value));
    }
}

/// <summary>A module of a TorchScript archive: its attributes by name. The code that belongs to it lies elsewhere in the archive and is never looked at.</summary>
internal sealed class PickleModule : PickleDictionary;

/// <summary>A name that the pickle may call or mention, one of those in <see cref="TorchGlobals"/>.</summary>
internal sealed record PickleGlobal(string Name, TorchGlobalKind Kind, DType DType = DType.F32);

/// <summary>What a permitted name stands for.</summary>
internal enum TorchGlobalKind
{
    /// <summary>Call: an ordered dictionary.</summary>
    OrderedDictionary,

    /// <summary>Call: a tensor from storage, offset, size and stride.</summary>
    RebuildTensor,

    /// <summary>Call: as <see cref="RebuildTensor"/>, with the element type as seventh argument.</summary>
    RebuildTensorV3,

    /// <summary>Call: the tensor in its first argument.</summary>
    RebuildParameter,

    /// <summary>Call: the tuple in its first argument.</summary>
    Size,

    /// <summary>Call: the text in its first argument.</summary>
    Device,

    /// <summary>Call: its first argument, which TorchScript wraps to note a type.</summary>
    TypeNote,

    /// <summary>The class of a module of a TorchScript archive.</summary>
    Module,

    /// <summary>The type of a storage.</summary>
    Storage,

    /// <summary>The type of a storage that counts bytes.</summary>
    UntypedStorage,

    /// <summary>The type of elements.</summary>
    ElementType,
}
