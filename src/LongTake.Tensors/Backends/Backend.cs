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

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
