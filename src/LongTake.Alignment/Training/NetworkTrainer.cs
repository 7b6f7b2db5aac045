using LongTake.Alignment.Lora;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Optimizers;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Training;

/// <summary>One network in training: its weights, its optimiser and its moving average.</summary>
internal sealed class NetworkTrainer : IDisposable
{
    private readonly TrainedNetwork _network;
    private readonly GradientClipper _clipper;
    private readonly WeightRounding? _rounding;
    private readonly int _roundFrom;
    private readonly LowRankLearning? _lowRank;
    private readonly ParameterStore _learned;
    private readonly ParameterStore? _shown;
    private readonly ExponentialMovingAverage _average;

    public NetworkTrainer(Compute compute, TrainedNetwork network, TrainingRecipe recipe)
    {
        Backend backend = compute.Backend;
        _network = network;
        _clipper = new GradientClipper(backend);
        Choose(network, recipe.Trainable);
        if (recipe.RoundFrom is int from && network.IsShipped)
        {
            _rounding = new WeightRounding(network.Parameters);
            _roundFrom = from;
        }
        if (recipe.LowRank > 0 && network.IsShipped)
        {
            ParameterStore origin = network.Origin ?? throw new RecipeException("This training takes no 'low_rank': there is no network that its result is stored beside.");
            _lowRank = new LowRankLearning(compute, network.Parameters, origin, recipe.LowRank, recipe.Seed);
            _shown = network.Parameters.Clone();
        }
        _learned = _lowRank?.Learned ?? network.Parameters;
        AdamWOptions options = new()
        {
            LearningRate = recipe.LearningRate,
            Beta1 = recipe.Beta1,
            Beta2 = recipe.Beta2,
            WeightDecay = recipe.WeightDecay,
            WeightDecayFilter = name => _learned[name].Rank >= 2,
        };
        Optimizer = recipe.Optimizer switch
        {
            OptimizerKind.Muon => new Muon(
                backend, _learned, new MuonOptions { Momentum = recipe.MuonMomentum, MatrixFilter = IsHidden, Others = options }),
            _ => new AdamW(backend, _learned, options),
        };
        _average = new ExponentialMovingAverage(backend, _learned, recipe.EmaDecay, network.AverageWarmUp);
    }

    public IOptimizer Optimizer { get; }

    /// <summary>The averaged weights; valid until the next call.</summary>
    public ParameterStore Average
    {
        get
        {
            if (_lowRank is null || _shown is null)
            {
                return _average.Average;
            }
            _lowRank.MergeInto(_shown, _average.Average);
            return _shown;
        }
    }

    /// <summary>Rounds the weights for a loss, where the recipe asks for it at that step.</summary>
    /// <returns>Whether they are rounded and <see cref="Restore"/> must follow.</returns>
    public bool Round(int step)
    {
        if (_rounding is null || step < _roundFrom)
        {
            return false;
        }
        _rounding.Round();
        return true;
    }

    /// <summary>Puts back the weights that <see cref="Round"/> changed.</summary>
    public void Restore() => _rounding!.Restore();

    /// <summary>Sum of squares of all gradients.</summary>
    public double SquaredNorm()
    {
        _lowRank?.TakeGradients();
        double norm = _clipper.Norm(_learned);
        return norm * norm;
    }

    /// <summary>Moves the weights by their gradients, and the average after them.</summary>
    /// <param name="rate">The recipe's learning rate at this step.</param>
    /// <param name="gradientScale">Factor on all gradients, from clipping.</param>
    /// <param name="step">Number of the step in the training.</param>
    public void Step(float rate, float gradientScale, int step)
    {
        Optimizer.Step(rate * _network.LearningRateFactor, gradientScale);
        Optimizer.ZeroGradients();
        _lowRank?.Merge();
        if (step < _network.AverageFrom)
        {
            _average.Restart(_learned);
        }
        else
        {
            _average.Update(_learned);
        }
    }

    /// <summary>Forgets gradients that were added up and are not to be used.</summary>
    public void DropGradients()
    {
        Optimizer.ZeroGradients();
        _lowRank?.Forget();
    }

    /// <summary>Everything a resumed training needs, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach (string name in _learned.Names)
        {
            yield return new($"{_network.Name}.weights.{name}", _learned[name]);
        }
        foreach ((string name, Tensor tensor) in Optimizer.State())
        {
            yield return new($"{_network.Name}.optimizer.{name}", tensor);
        }
        foreach ((string name, Tensor tensor) in _average.State())
        {
            yield return new($"{_network.Name}.average.{name}", tensor);
        }
    }

    public void LoadState(ITensorSource source)
    {
        foreach (string name in _learned.Names)
        {
            using Tensor stored = TensorScope.Detach(source.Load($"{_network.Name}.weights.{name}"));
            _learned[name].CopyFrom(stored);
        }
        _lowRank?.Merge();
        Optimizer.LoadState(source, $"{_network.Name}.optimizer.");
        _average.LoadState(source, $"{_network.Name}.average.");
    }

    /// <summary>Wants gradients for the parameters that learn, and for no others.</summary>
    private static void Choose(TrainedNetwork network, List<string> parts)
    {
        bool isWhole = parts.Count == 0 || !network.IsShipped;
        network.Parameters.RequireGrad(isWhole);
        foreach (string part in isWhole ? [] : parts)
        {
            string[] names = [.. network.Parameters.Names.Where(n => n.Contains(part, StringComparison.Ordinal))];
            if (names.Length == 0)
            {
                throw new RecipeException(
                    $"The recipe's 'trainable' names '{part}', which is part of no parameter's name of the transformer; 'longtake inspect --tensors' lists them.");
            }
            Array.ForEach(names, n => network.Parameters[n].RequiresGrad = true);
        }
    }

    /// <summary>
    /// Whether a parameter is a matrix inside the network, by the names of Wan's networks: of a transformer's block, or of one of
    /// the VAE's blocks and resamplings.
    /// </summary>
    private static bool IsHidden(string name) =>
        name.EndsWith(".weight")
        && (name.StartsWith("blocks.") || name.Contains("samples.") || name.Contains(".middle."))
        && !name.Contains("embedding");

    public void Dispose()
    {
        Optimizer.Dispose();
        _average.Dispose();
        _rounding?.Dispose();
        _lowRank?.Dispose();
        _shown?.Dispose();
    }
}
