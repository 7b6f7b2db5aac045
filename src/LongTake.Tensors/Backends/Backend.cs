namespace LongTake.Tensors.Backends;

/// <summary>
/// The device seam: every numeric operation of models and methods goes through one of these. Operations write into
/// tensors that the caller made (the first argument after the inputs is the destination); those named
/// <c>...Backward</c> add to gradient tensors. Shapes are checked by <see cref="Compute"/>, which is what models call.
/// One partial file a family of operations.
/// </summary>
public abstract partial class Backend : IDisposable
{
    /// <summary>Short name for messages and reports, for example <c>cpu</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Sets a tensor to zero.</summary>
    public virtual void Clear(Tensor target) => target.Clear();

    /// <summary>
    /// Does pieces of work that do not depend on each other, each of which may call this backend; on several threads where the device has
    /// them. A piece opens a <see cref="TensorScope"/> of its own for what it makes.
    /// </summary>
    /// <param name="count">Pieces.</param>
    /// <param name="piece">Does the piece of a number from 0; must not depend on which thread runs it.</param>
    public virtual void ForEach(int count, Action<int> piece)
    {
        for (int i = 0; i < count; i++)
        {
            piece(i);
        }
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
