namespace LongTake.Tensors.Backends;

/// <summary>
/// Every operation as plain scalar loops over float or double tensors, written for reading: the truth that the vector
/// kernels are compared with, and, in double precision, the function that finite differences are taken of.
/// </summary>
public sealed partial class ReferenceBackend : Backend
{
    /// <inheritdoc/>
    public override string Name => "reference";
}
