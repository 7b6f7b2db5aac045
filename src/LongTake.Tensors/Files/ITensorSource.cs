namespace LongTake.Tensors.Files;

/// <summary>What a checkpoint says of one tensor before it is loaded.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="DType">Stored element type.</param>
/// <param name="Shape">Sizes.</param>
public sealed record TensorInfo(string Name, DType DType, Shape Shape)
{
    /// <summary>What its float8 elements are multiplied by (<see cref="Tensor.Scale"/>); 1 for all other tensors.</summary>
    public float Scale { get; init; } = 1f;

    /// <summary>How the file packs the tensor more tightly than in elements of <see cref="DType"/> (<c>nf4</c>); null if it does not.</summary>
    public string? PackedAs { get; init; }

    /// <summary>Bytes that the packed elements take in the file; null where <see cref="PackedAs"/> is.</summary>
    public long? PackedBytes { get; init; }

    /// <summary>Bytes the elements take when loaded.</summary>
    public long Bytes => Shape.Count * DType.Size();

    /// <summary>Bytes the elements take in the file.</summary>
    public long StoredBytes => PackedBytes ?? Bytes;
}

/// <summary>A checkpoint of named tensors that are read one by one when asked for.</summary>
public interface ITensorSource : IDisposable
{
    /// <summary>All tensors, in file order.</summary>
    IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>Whether there is a tensor of that name.</summary>
    bool Contains(string name);

    /// <summary>
    /// The tensor in its stored type, contiguous; a view of the mapped file where possible (valid as long as the tensor
    /// is not disposed, even after the source is).
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    Tensor Load(string name);
}

/// <summary>A file that is not what it should be. The message names the file, what is wrong and, where there is one, the remedy.</summary>
/// <param name="message">One line for the user.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class CheckpointException(string message, Exception? inner = null) : IOException(message, inner);
