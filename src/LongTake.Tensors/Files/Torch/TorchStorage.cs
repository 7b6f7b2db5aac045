namespace LongTake.Tensors.Files.Torch;

/// <summary>
/// A run of elements in a checkpoint that tensors look into. Known by its key while the pickle is read; the layout
/// (zip entries or the tail of a legacy file) then says where its bytes are.
/// </summary>
internal sealed class TorchStorage(string key, DType type, bool isUntyped, long count)
{
    public string Key { get; } = key;

    public DType DType { get; } = type;

    /// <summary>An untyped storage counts bytes; its tensors say what they hold.</summary>
    public bool IsUntyped { get; } = isUntyped;

    /// <summary>Elements (bytes if untyped).</summary>
    public long Count { get; } = count;

    public long Bytes => Count * (IsUntyped ? 1 : DType.Size());

    /// <summary>Where the bytes start in the file, unless <see cref="Packed"/>.</summary>
    public long Start { get; set; } = -1;

    /// <summary>The zip entry to inflate, if the storage is compressed (which PyTorch itself never does).</summary>
    public ZipEntry? Packed { get; set; }
}

/// <summary>A reference of the pickle to a part of a storage: the whole, or (legacy files) a range of its elements.</summary>
internal sealed record TorchStorageView(TorchStorage Storage, long Offset, long Count);

/// <summary>A tensor of the pickle: a strided view of a storage, checked to lie inside it.</summary>
internal sealed record TorchTensor(TorchStorage Storage, DType DType, long Offset, Shape Shape, long[] Strides)
{
    /// <summary>Whether the elements lie one after the other in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int i = Shape.Rank - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                {
                    return Shape.Count == 0;
                }
                expected *= Shape[i];
            }
            return true;
        }
    }
}
