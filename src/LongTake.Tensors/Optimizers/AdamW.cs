using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Tensors.Optimizers;

/// <summary>
/// Adam with decoupled weight decay and bias correction, with the semantics of <c>torch.optim.AdamW</c>. Reads
/// <see cref="Tensor.Grad"/> of each parameter; one without a gradient is left alone. Source: Loshchilov and Hutter,
/// "Decoupled weight decay regularization" (2019).
/// </summary>
public sealed class AdamW : IOptimizer
{
    private const string FirstPrefix = "exp_avg.";
    private const string SecondPrefix = "exp_avg_sq.";
    private const string StepName = "step";

    private readonly Backend _backend;
    private readonly AdamWOptions _options;
    private readonly Dictionary<string, Slot> _slots = [];

    /// <summary>Makes an optimiser for the parameters of a store. The store must outlive it and keep its parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AdamW(Backend backend, ParameterStore parameters, AdamWOptions? options = null)
    {
        _backend = backend;
        _options = options ?? new AdamWOptions();
        _options.Validate();
        foreach (string name in parameters.Names.Where(n => _options.ParameterFilter?.Invoke(n) != false))
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

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach (Slot slot in _slots.Values)
        {
            slot.Parameter.Grad?.Clear();
        }
    }

    /// <summary>The state by name: <c>exp_avg.*</c>, <c>exp_avg_sq.*</c> and <c>step</c>, as <see cref="IOptimizer.State"/> says.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach ((string name, Slot slot) in _slots)
        {
            yield return new(FirstPrefix + name, slot.First);
            yield return new(SecondPrefix + name, slot.Second);
        }
        yield return new(StepName, Tensor.From<long>([Steps], [1]));
    }

    /// <inheritdoc/>
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
