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

    public NetworkTrainer(Backend backend, TrainedNetwork network, TrainingRecipe recipe)
    {
        _network = network;
        _clipper = new GradientClipper(backend);
        Choose(network, recipe.Trainable);
        if (recipe.RoundFrom is int from && network.IsShipped)
        {
            _rounding = new WeightRounding(network.Parameters);
            _roundFrom = from;
        }
        AdamWOptions options = new()
        {
            LearningRate = recipe.LearningRate,
            Beta1 = recipe.Beta1,
            Beta2 = recipe.Beta2,
            WeightDecay = recipe.WeightDecay,
            WeightDecayFilter = name => network.Parameters[name].Rank >= 2,
        };
        Optimizer = recipe.Optimizer switch
        {
            OptimizerKind.Muon => new Muon(
                backend, network.Parameters, new MuonOptions { Momentum = recipe.MuonMomentum, MatrixFilter = IsHidden, Others = options }),
            _ => new AdamW(backend, network.Parameters, options),
        };
        Average = new ExponentialMovingAverage(backend, network.Parameters, recipe.EmaDecay, network.AverageWarmUp);
    }

    public IOptimizer Optimizer { get; }

    public ExponentialMovingAverage Average { get; }

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
        double norm = _clipper.Norm(_network.Parameters);
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
        if (step < _network.AverageFrom)
        {
            Average.Restart(_network.Parameters);
        }
        else
        {
            Average.Update(_network.Parameters);
        }
    }

    /// <summary>Forgets gradients that were added up and are not to be used.</summary>
    public void DropGradients() => Optimizer.ZeroGradients();

    /// <summary>Everything a resumed training needs, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        foreach (string name in _network.Parameters.Names)
        {
            yield return new($"{_network.Name}.weights.{name}", _network.Parameters[name]);
        }
        foreach ((string name, Tensor tensor) in Optimizer.State())
        {
            yield return new($"{_network.Name}.optimizer.{name}", tensor);
        }
        foreach ((string name, Tensor tensor) in Average.State())
        {
            yield return new($"{_network.Name}.average.{name}", tensor);
        }
    }

    public void LoadState(ITensorSource source)
    {
        foreach (string name in _network.Parameters.Names)
        {
            using Tensor stored = TensorScope.Detach(source.Load($"{_network.Name}.weights.{name}"));
            _network.Parameters[name].CopyFrom(stored);
        }
        Optimizer.LoadState(source, $"{_network.Name}.optimizer.");
        Average.LoadState(source, $"{_network.Name}.average.");
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
        Average.Dispose();
        _rounding?.Dispose();
    }
}
