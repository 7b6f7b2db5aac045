namespace LongTake.Tensors;

/// <summary>
/// Frees everything made inside it, memory and handles alike, so that a loop body with a scope allocates nothing on
/// the managed heap in its steady state. Scopes nest per thread; tensors made while one is open belong to the innermost.
/// <code>
/// using (TensorScope scope = TensorScope.Open())
/// {
///     Tensor y = compute.Linear(x, w);   // freed at the end of the block
///     result = scope.Keep(compute.Gelu(y));   // outlives it
/// }
/// </code>
/// </summary>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? t_current;

    // Closed scopes and released handles are kept per thread for reuse.
    [ThreadStatic]
    private static Stack<TensorScope>? t_closed;

    [ThreadStatic]
    private static Stack<Tensor>? t_handles;

    private readonly List<Tensor> _tensors = [];
    private TensorScope? _parent;

    private TensorScope()
    {
    }

    /// <summary>The innermost open scope of this thread, if any.</summary>
    internal static TensorScope? Current => t_current;

    /// <summary>Opens a scope on this thread.</summary>
    public static TensorScope Open()
    {
        t_closed ??= new Stack<TensorScope>();
        TensorScope scope = t_closed.Count > 0 ? t_closed.Pop() : new TensorScope();
        scope._parent = t_current;
        t_current = scope;
        return scope;
    }

    /// <summary>Lets a tensor outlive this scope: it moves to the enclosing scope, or to the caller if there is none.</summary>
    public Tensor Keep(Tensor tensor)
    {
        if (Remove(tensor))
        {
            _parent?._tensors.Add(tensor);
        }
        return tensor;
    }

    /// <summary>Takes a tensor out of all open scopes of this thread: from now on the caller owns it.</summary>
    public static Tensor Detach(Tensor tensor)
    {
        for (TensorScope? s = t_current; s is not null; s = s._parent)
        {
            if (s.Remove(tensor))
            {
                break;
            }
        }
        return tensor;
    }

    /// <summary>Frees the tensors made in this scope and not kept, and makes the enclosing scope current again.</summary>
    /// <exception cref="InvalidOperationException">A scope opened later on this thread is still open.</exception>
    public void Dispose()
    {
        if (t_current != this)
        {
            throw new InvalidOperationException("Scopes close in the reverse order of their opening, on the thread that opened them.");
        }
        t_current = _parent;
        _parent = null;
        t_handles ??= new Stack<Tensor>();
        foreach (Tensor t in _tensors)
        {
            t.Dispose();
            t.Grad = null;
            t_handles.Push(t);
        }
        _tensors.Clear();
        t_closed!.Push(this);
    }

    /// <summary>Moves a tensor made in an inner scope to this one.</summary>
    internal Tensor Adopt(Tensor tensor)
    {
        if (t_current != this)
        {
            Detach(tensor);
            _tensors.Add(tensor);
        }
        return tensor;
    }

    internal Tensor? TakeHandle() => t_handles is { Count: > 0 } handles ? handles.Pop() : null;

    internal void Register(Tensor tensor) => _tensors.Add(tensor);

    private bool Remove(Tensor tensor)
    {
        // Kept tensors are nearly always the newest.
        int i = _tensors.LastIndexOf(tensor);
        if (i < 0)
        {
            return false;
        }
        _tensors.RemoveAt(i);
        return true;
    }
}
