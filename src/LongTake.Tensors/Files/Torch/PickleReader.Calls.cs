namespace LongTake.Tensors.Files.Torch;

internal sealed partial class PickleReader
{
    /// <summary>Expanded tensors (stride 0) may be larger than their storage, but only up to this many elements.</summary>
    private const long MaxExpanded = 1L << 24;

    /// <summary>The value of a permitted call.</summary>
    private object? Call(PickleGlobal global, object?[] arguments) => (global.Kind, arguments.Length) switch
    {
        (TorchGlobalKind.OrderedDictionary, 0) => new PickleDictionary(),
        (TorchGlobalKind.OrderedDictionary, 1) => FromPairs(arguments[0]),
        (TorchGlobalKind.RebuildTensor, >= 4) => Rebuild(arguments, null),
        (TorchGlobalKind.RebuildTensorV3, >= 7) => Rebuild(arguments, arguments[6]),
        (TorchGlobalKind.RebuildParameter, >= 1) => arguments[0] as TorchTensor ?? throw Bad("a parameter is made of something that is not a tensor"),
        (TorchGlobalKind.Size, 1) => arguments[0] as PickleTuple ?? throw Bad("a torch.Size is made of something that is not a tuple"),
        (TorchGlobalKind.Device or TorchGlobalKind.TypeNote, >= 1) => arguments[0],
        _ => throw Bad($"its pickle calls '{global.Name}' with {arguments.Length} arguments"),
    };

    /// <summary>A new object of a class: only the modules of TorchScript, which are empty before their state is set.</summary>
    private PickleModule New(PickleGlobal type, object?[] arguments) => type.Kind == TorchGlobalKind.Module && arguments.Length == 0
        ? new PickleModule()
        : throw Bad($"its pickle makes a new '{type.Name}' with {arguments.Length} arguments");

    /// <summary>Sets the state of the object on top: the attributes of a module; that of an ordered dictionary (its _metadata) carries no tensors.</summary>
    private void Build(object? state)
    {
        if (Peek<PickleDictionary>() is PickleModule module)
        {
            foreach ((object key, object? value) in (state as PickleDictionary ?? throw Bad("a module has no attributes")).Items)
            {
                module.Set(key, value);
            }
        }
    }

    private PickleDictionary FromPairs(object? pairs)
    {
        PickleDictionary result = new();
        IEnumerable<object?> items = pairs switch
        {
            PickleList list => list.Items,
            PickleTuple tuple => tuple.Items,
            _ => throw Bad("an ordered dictionary is made of something that is not a list of pairs"),
        };
        foreach (object? item in items)
        {
            object?[]? pair = item switch
            {
                PickleTuple t => t.Items,
                PickleList l => [.. l.Items],
                _ => null,
            };
            SetAll(result, pair is { Length: 2 } ? pair : throw Bad("an ordered dictionary is made of something that is not a list of pairs"));
        }
        return result;
    }

    private TorchTensor Rebuild(object?[] arguments, object? elementType)
    {
        TorchStorageView view = arguments[0] as TorchStorageView ?? throw Bad("a tensor has no storage");
        DType type = elementType switch
        {
            null when !view.Storage.IsUntyped => view.Storage.DType,
            PickleGlobal { Kind: TorchGlobalKind.ElementType } named => named.DType,
            _ => throw Bad("a tensor has no element type"),
        };
        long offset = Integer(arguments[1], "a tensor's offset");
        long[] sizes = Integers(arguments[2], "a tensor's size");
        long[] strides = Integers(arguments[3], "a tensor's stride");
        string? problem = ShapeCheck.TryCreate(sizes, out Shape shape);
        if (problem is not null)
        {
            throw Bad($"a tensor {problem}");
        }
        if (strides.Length != sizes.Length || offset < 0 || strides.Any(s => s < 0))
        {
            throw Bad($"a tensor of shape {shape} has impossible strides or a negative offset");
        }
        // How many elements of the tensor's type the storage view holds; both lengths are at most the file's.
        long available = view.Storage.IsUntyped || view.Storage.DType.Size() != type.Size()
            ? view.Count * (view.Storage.IsUntyped ? 1 : view.Storage.DType.Size()) / type.Size()
            : view.Count;
        Int128 last = offset;
        for (int i = 0; i < sizes.Length; i++)
        {
            last += (Int128)Math.Max(sizes[i] - 1, 0) * strides[i];
        }
        if (shape.Count > 0 && last >= available)
        {
            throw Bad($"a tensor of shape {shape} needs {last + 1} elements of a storage that has {available}");
        }
        if (shape.Count > Math.Max(available, MaxExpanded))
        {
            throw Bad($"a tensor of shape {shape} is expanded from a storage of only {available} elements");
        }
        return new TorchTensor(view.Storage, type, offset + (shape.Count > 0 ? view.Offset : 0), shape, strides);
    }

    private long[] Integers(object? value, string what)
    {
        object?[] items = value switch
        {
            PickleTuple tuple => tuple.Items,
            PickleList list => [.. list.Items.Take(Shape.MaxRank + 1)],
            _ => throw Bad($"{what} is not a tuple"),
        };
        return [.. items.Select(i => Integer(i, what))];
    }
}
