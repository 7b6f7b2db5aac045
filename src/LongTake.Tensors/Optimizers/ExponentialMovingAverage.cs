using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Tensors.Optimizers;

/// <summary>A running average of parameters, which generates better than the last step's parameters do.</summary>
public sealed class ExponentialMovingAverage : IDisposable
{
    private const string Prefix = "ema.";
    private const string UpdatesName = "ema_updates";

    private readonly Backend _backend;
    private readonly bool _warmUp;

    /// <summary>Starts from a copy of the parameters.</summary>
    /// <param name="backend">Where the parameters are.</param>
    /// <param name="parameters">The parameters to follow.</param>
    /// <param name="decay">Weight of the past at each update, in [0, 1).</param>
    /// <param name="warmUp">Use min(decay, (1 + n) / (10 + n)) at update n, so that the first steps are soon forgotten.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is out of range.</exception>
    public ExponentialMovingAverage(Backend backend, ParameterStore parameters, float decay = 0.999f, bool warmUp = false)
    {
        if (decay is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay of an average lies in [0, 1).");
        }
        _backend = backend;
        _warmUp = warmUp;
        Decay = decay;
        Average = parameters.Clone();
    }

    /// <summary>Weight of the past at each update.</summary>
    public float Decay { get; }

    /// <summary>Updates so far.</summary>
    public long Updates { get; private set; }

    /// <summary>The averaged parameters; owned by this object.</summary>
    public ParameterStore Average { get; }

    /// <summary>average += (1 - decay) * (parameter - average), for each parameter.</summary>
    /// <exception cref="KeyNotFoundException">The parameters are not those of the start.</exception>
    public void Update(ParameterStore parameters)
    {
        double decay = _warmUp ? Math.Min(Decay, (1.0 + Updates) / (10.0 + Updates)) : Decay;
        foreach (string name in Average.Names)
        {
            _backend.Lerp(Average[name], parameters[name], (float)(1 - decay));
        }
        Updates++;
    }

    /// <summary>Forgets the past: the average is a copy of the parameters again, and no update has been made.</summary>
    /// <exception cref="KeyNotFoundException">The parameters are not those of the start.</exception>
    public void Restart(ParameterStore parameters)
    {
        foreach (string name in Average.Names)
        {
            Average[name].CopyFrom(parameters[name]);
        }
        Updates = 0;
    }

    /// <summary>The state by name: <c>ema.*</c> and <c>ema_updates</c> (I64 [1], belongs to the caller's scope).</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach (string name in Average.Names)
        {
            yield return new(Prefix + name, Average[name]);
        }
        yield return new(UpdatesName, Tensor.From<long>([Updates], [1]));
    }

    /// <summary>Takes over a saved state.</summary>
    /// <param name="source">A checkpoint with the tensors of <see cref="State"/>.</param>
    /// <param name="prefix">Put before each name.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    public void LoadState(ITensorSource source, string prefix = "")
    {
        foreach (string name in Average.Names)
        {
            SavedState.Load(source, prefix + Prefix + name, Average[name]);
        }
        Updates = SavedState.LoadCounter(source, prefix + UpdatesName);
    }

    /// <summary>Frees the average.</summary>
    public void Dispose() => Average.Dispose();
}
