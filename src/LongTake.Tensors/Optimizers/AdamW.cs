using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Tensors.Optimizers;

/// <summary>
/// Adam with decoupled weight decay and bias correction, with the semantics of <c>torch.optim.AdamW</c>. Reads
/// <see cref="Tensor.Grad"/> of each parameter; one without a gradient is left alone. Source: Loshchilov and Hutter,
/// "Decoupled weight decay regularization" (2019).
/// </summary>
public sealed class AdamW : IDisposable
{
    private const string FirstPrefix = "exp_avg.";
    private const string SecondPrefix = "exp_avg_sq.";
    private const string StepName = "step";

    private readonly Backend _backend;
    private readonly ParameterStore _parameters;
    private readonly AdamWOptions _options;
    private readonly Dictionary<string, Slot> _slots = [];

    /// <summary>Makes an optimiser for all parameters of a store. The store must outlive it and keep its parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AdamW(Backend backend, ParameterStore parameters, AdamWOptions? options = null)
    {
        _backend = backend;
        _parameters = parameters;
        _options = options ?? new AdamWOptions();
        _options.Validate();
        foreach (string name in parameters.Names)
        {
            Tensor p = parameters[name];
            _slots.Add(name, new Slot(
                p,
                TensorScope.Detach(Tensor.Zeros(p.Shape, p.DType)),
                TensorScope.Detach(Tensor.Zeros(p.Shape, p.DType)),
                _options.WeightDecayFilter?.Invoke(name) != false));
        }
    }

    /// <summary>Steps taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <param name="learningRate">Learning rate of this step; the option's if null.</param>
    /// <param name="gradientScale">Factor on all gradients, for example from clipping.</param>
    public void Step(float? learningRate = null, float gradientScale = 1f)
    {
        Steps++;
        float rate = learningRate ?? _options.LearningRate;
        double correction1 = 1 - Math.Pow(_options.Beta1, Steps);
        double correction2 = 1 - Math.Pow(_options.Beta2, Steps);
        AdamWStep decaying = new(
            gradientScale,
            _options.Beta1,
            _options.Beta2,
            _options.Epsilon,
            (float)(1 - ((double)rate * _options.WeightDecay)),
            (float)(rate / correction1),
            (float)(1 / Math.Sqrt(correction2)));
        AdamWStep plain = decaying with { Keep = 1f };
        foreach (Slot slot in _slots.Values)
        {
            if (slot.Parameter.Grad is Tensor gradient)
            {
                _backend.AdamW(slot.Parameter, gradient, slot.First, slot.Second, slot.Decays ? decaying : plain);
            }
        }
    }

    /// <summary>Sets all gradients to zero and keeps their memory for the next pass.</summary>
    public void ZeroGradients()
    {
        foreach (Slot slot in _slots.Values)
        {
            slot.Parameter.Grad?.Clear();
        }
    }

    /// <summary>
    /// The state by name, to be written to a checkpoint: <c>exp_avg.*</c>, <c>exp_avg_sq.*</c> and <c>step</c> (I64 [1]).
    /// The moments are the optimiser's own tensors; do not dispose them. The step counter belongs to the caller's scope.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach ((string name, Slot slot) in _slots)
        {
            yield return new(FirstPrefix + name, slot.First);
            yield return new(SecondPrefix + name, slot.Second);
        }
        yield return new(StepName, Tensor.From<long>([Steps], [1]));
    }

    /// <summary>Takes over a saved state; training then goes on bit for bit as if it had not stopped.</summary>
    /// <param name="source">A checkpoint with the tensors of <see cref="State"/>.</param>
    /// <param name="prefix">Put before each name.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    public void LoadState(ITensorSource source, string prefix = "")
    {
        foreach ((string name, Slot slot) in _slots)
        {
            SavedState.Load(source, prefix + FirstPrefix + name, slot.First);
            SavedState.Load(source, prefix + SecondPrefix + name, slot.Second);
        }
        Steps = SavedState.LoadCounter(source, prefix + StepName);
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (Slot slot in _slots.Values)
        {
            slot.First.Dispose();
            slot.Second.Dispose();
        }
        _slots.Clear();
    }

    private sealed record Slot(Tensor Parameter, Tensor First, Tensor Second, bool Decays);
}
