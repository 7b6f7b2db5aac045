namespace LongTake.Tensors.Autograd;

/// <summary>One recorded operation: where its result's gradient is kept and how it propagates to the inputs.</summary>
internal sealed class TapeNode
{
    /// <summary>Propagates the gradient of the result to the inputs (adds to theirs); null for aliases.</summary>
    public Action<Tensor>? Backward { get; init; }

    /// <summary>For a view: the tensor it looks into, and at which element it starts.</summary>
    public Tensor? Source { get; init; }

    public long Offset { get; init; }

    public required Tensor Output { get; init; }

    /// <summary>Gradient of the result, made when first asked for.</summary>
    public Tensor? Gradient { get; set; }
}

/// <summary>
/// A record of differentiable operations. Everything made while it is open belongs to it and is freed with it; gradients
/// of parameters (<see cref="Tensor.Grad"/>) stay.
/// </summary>
public sealed class Tape : IDisposable
{
    private readonly Compute _compute;
    private readonly Tape? _outer;
    private readonly TensorScope _scope;
    private readonly List<TapeNode> _nodes = [];

    internal Tape(Compute compute)
    {
        if (compute.IsRecording)
        {
            throw new InvalidOperationException("A tape is recording already.");
        }
        _compute = compute;
        _outer = compute.Tape;
        _scope = TensorScope.Open();
        compute.Tape = this;
    }

    /// <summary>While true, operations run unrecorded.</summary>
    public bool IsPaused { get; internal set; }

    /// <summary>Runs <paramref name="action"/> without recording (targets, scores of frozen models).</summary>
    public T Paused<T>(Func<T> action)
    {
        bool before = IsPaused;
        IsPaused = true;
        try
        {
            return action();
        }
        finally
        {
            IsPaused = before;
        }
    }

    /// <summary>Notes an operation.</summary>
    /// <param name="output">Its result.</param>
    /// <param name="backward">Gets the gradient of the result and adds to the gradients of the inputs that want one.</param>
    internal void Add(Tensor output, Action<Tensor> backward) => Attach(new TapeNode { Output = output, Backward = backward });

    /// <summary>Notes that <paramref name="view"/> shares memory with <paramref name="source"/>, from element <paramref name="offset"/> on.</summary>
    internal void AddAlias(Tensor view, Tensor source, long offset) =>
        Attach(new TapeNode { Output = view, Source = source, Offset = offset });

    /// <summary>The gradient tensor of <paramref name="t"/> to add to; zero when first asked for. Same type as the tensor.</summary>
    internal Tensor GradOf(Tensor t)
    {
        Tensor gradient = GradOf(t, out bool isUnset);
        if (isUnset)
        {
            _compute.Backend.Clear(gradient);
        }
        return gradient;
    }

    /// <summary>The gradient tensor of <paramref name="t"/>, for operations that can write in place of adding.</summary>
    /// <param name="t">Whose gradient.</param>
    /// <param name="isUnset">Whether the gradient is asked for the first time: it holds anything then, and the caller must write all of it.</param>
    internal Tensor GradOf(Tensor t, out bool isUnset)
    {
        isUnset = false;
        if (t.Node is not TapeNode node)
        {
            return t.Grad ??= TensorScope.Detach(Tensor.Zeros(t.Shape, t.DType));
        }
        if (node.Gradient is not null)
        {
            return node.Gradient;
        }
        if (node.Source is null)
        {
            isUnset = true;
            return node.Gradient = _scope.Adopt(Tensor.Empty(t.Shape, t.DType));
        }
        Tensor source = GradOf(node.Source);
        Tensor flat = source.View([checked((int)source.Count)]);
        return node.Gradient = _scope.Adopt(flat.Rows(checked((int)node.Offset), checked((int)t.Count)).View(t.Shape));
    }

    /// <summary>Propagates from a scalar loss to every parameter that it depends on.</summary>
    /// <param name="loss">One element.</param>
    /// <param name="scale">Gradient of the loss itself; 1/n averages n accumulated passes.</param>
    /// <exception cref="ArgumentException">The loss is no scalar or was not recorded here.</exception>
    public void Backward(Tensor loss, float scale = 1f)
    {
        if (loss.Count != 1)
        {
            throw new ArgumentException($"A backward pass starts from one number, not from a tensor of shape {loss.Shape}.", nameof(loss));
        }
        using Tensor seed = Tensor.Empty(loss.Shape, loss.DType);
        if (loss.DType == DType.F64)
        {
            seed.AsSpan<double>()[0] = scale;
        }
        else
        {
            seed.Span[0] = scale;
        }
        Backward(loss, seed);
    }

    /// <summary>Propagates a given gradient of <paramref name="output"/>.</summary>
    /// <exception cref="ArgumentException">The tensor was not recorded, or the shapes differ.</exception>
    public void Backward(Tensor output, Tensor gradient)
    {
        if (output.Node is null)
        {
            throw new ArgumentException("The tensor does not depend on anything that wants a gradient.", nameof(output));
        }
        GradOf(output).CopyFrom(gradient);
        IsPaused = true;
        try
        {
            for (int i = _nodes.Count - 1; i >= 0; i--)
            {
                TapeNode node = _nodes[i];
                if (node.Gradient is null)
                {
                    continue;
                }
                node.Backward?.Invoke(node.Gradient);
                node.Gradient.Dispose();
                node.Gradient = null;
            }
        }
        finally
        {
            IsPaused = false;
        }
    }

    /// <summary>Frees everything recorded.</summary>
    public void Dispose()
    {
        foreach (TapeNode node in _nodes)
        {
            node.Output.Node = null;
        }
        _nodes.Clear();
        _scope.Dispose();
        _compute.Tape = _outer;
    }

    /// <summary>Runs a checkpointed part again, recorded this time, and propagates through it.</summary>
    internal void Replay(Tensor[] inputs, Func<Tensor[], Tensor> part, Tensor gradient)
    {
        using Tape inner = new(_compute);
        Tensor[] leaves = new Tensor[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            leaves[i] = inputs[i].View(inputs[i].Shape);
            leaves[i].RequiresGrad = inputs[i].RequiresGrad;
            if (inputs[i].RequiresGrad)
            {
                // The leaf adds straight into the outer gradient.
                leaves[i].Grad = GradOf(inputs[i]);
            }
        }
        inner.Backward(part(leaves), gradient);
    }

    private void Attach(TapeNode node)
    {
        node.Output.RequiresGrad = true;
        node.Output.Node = node;
        _nodes.Add(node);
    }
}
