using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors;

/// <summary>
/// What models are written against: operations that take and return tensors. Each checks its shapes, makes the result,
/// calls the <see cref="Backend"/>, and, while a <see cref="Autograd.Tape"/> is recording and an input wants a gradient,
/// notes how to propagate it. One partial file a family of operations. Not thread-safe: one instance a thread.
/// </summary>
/// <param name="backend">The device to compute on.</param>
public sealed partial class Compute(Backend backend)
{
    /// <summary>The device that operations run on.</summary>
    public Backend Backend { get; } = backend;

    /// <summary>The tape that records now, if any.</summary>
    public Tape? Tape { get; internal set; }

    /// <summary>Whether operations are being recorded for a backward pass.</summary>
    public bool IsRecording => Tape is { IsPaused: false };

    /// <summary>Starts recording: operations from here on can be differentiated with <see cref="Autograd.Tape"/>'s Backward until the tape is disposed.</summary>
    /// <exception cref="InvalidOperationException">A tape is recording already.</exception>
    public Tape Record() => new(this);

    /// <summary>
    /// Opens a scope for intermediates of a model's forward pass: frees them at its end, or leaves them to the tape
    /// while recording (the backward pass needs them).
    /// </summary>
    public OperationScope Scope() => new(IsRecording ? null : TensorScope.Open());

    /// <summary>Whether an operation on these inputs must be recorded.</summary>
    internal bool Records(Tensor a, Tensor? b = null, Tensor? c = null, Tensor? d = null) =>
        IsRecording && (a.RequiresGrad || b is { RequiresGrad: true } || c is { RequiresGrad: true } || d is { RequiresGrad: true });

    /// <summary>The same elements under another shape, without a copy; gradients pass through.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor Reshape(Tensor x, Shape shape)
    {
        Tensor y = x.View(shape);
        if (Records(x))
        {
            Tape!.AddAlias(y, x, 0);
        }
        return y;
    }

    /// <summary>Rows <paramref name="start"/> .. <paramref name="start"/> + <paramref name="length"/> of the first dimension, without a copy; gradients pass through.</summary>
    public Tensor Rows(Tensor x, int start, int length)
    {
        Tensor y = x.Rows(start, length);
        if (Records(x))
        {
            Tape!.AddAlias(y, x, start * x.Shape.CountOf(1, x.Rank));
        }
        return y;
    }

    /// <summary>
    /// Runs a part of a model without storing its intermediates, and runs it again during the backward pass: memory for
    /// time. <paramref name="part"/> must give the same result each time and use only <paramref name="inputs"/> and parameters.
    /// </summary>
    /// <param name="inputs">The tensors that gradients flow to, beside parameters.</param>
    /// <param name="part">The computation.</param>
    public Tensor Checkpoint(Tensor[] inputs, Func<Tensor[], Tensor> part)
    {
        if (!IsRecording)
        {
            return part(inputs);
        }
        Tape tape = Tape!;
        Tensor output;
        tape.IsPaused = true;
        try
        {
            using TensorScope scope = TensorScope.Open();
            output = scope.Keep(part(inputs));
        }
        finally
        {
            tape.IsPaused = false;
        }
        tape.Add(output, gradient => tape.Replay(inputs, part, gradient));
        return output;
    }
}

/// <summary>See <see cref="Compute.Scope"/>.</summary>
public readonly struct OperationScope : IDisposable
{
    private readonly TensorScope? _scope;

    internal OperationScope(TensorScope? scope) => _scope = scope;

    /// <summary>Lets a tensor outlive the scope.</summary>
    public Tensor Keep(Tensor tensor) => _scope?.Keep(tensor) ?? tensor;

    /// <summary>Frees the intermediates (unless a tape needs them).</summary>
    public void Dispose() => _scope?.Dispose();
}
