using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Training;

/// <summary>One network whose parameters are trained, and the name it has in checkpoints.</summary>
/// <param name="Name">Prefix of its tensors in a training checkpoint.</param>
/// <param name="Parameters">The parameters.</param>
public sealed record TrainedNetwork(string Name, ParameterStore Parameters)
{
    /// <summary>Factor on the recipe's learning rate, for a critic that learns more slowly than its generator. Default 1.</summary>
    public float LearningRateFactor { get; init; } = 1f;

    /// <summary>Step from which its weights are averaged; before that the average is the weights themselves. Default 0.</summary>
    public int AverageFrom { get; init; }

    /// <summary>
    /// Whether the first averages forget quickly, as a network needs that starts far from where it will end. Default true.
    /// </summary>
    public bool AverageWarmUp { get; init; } = true;

    /// <summary>Whether it is a transformer that is shipped, and <see cref="TrainingRecipe.RoundFrom"/> concerns it. Default false.</summary>
    public bool IsShipped { get; init; }

    /// <summary>The network that it may be stored beside, for <see cref="TrainingRecipe.LowRank"/>; null, the default, for none.</summary>
    public ParameterStore? Origin { get; init; }
}

/// <summary>One update within a step: gradients, and the networks that they move.</summary>
public sealed record TrainingUpdate
{
    /// <summary>An update by the gradient of a loss.</summary>
    /// <param name="loss">Makes the loss, a scalar recorded on the tape.</param>
    /// <param name="networks">Those of the task's networks that take an optimiser step; the others are constants.</param>
    public TrainingUpdate(Func<Compute, Tensor> loss, IReadOnlyList<TrainedNetwork> networks)
        : this(compute => Backward(compute, loss), networks)
    {
    }

    private TrainingUpdate(Func<Compute, double?> accumulate, IReadOnlyList<TrainedNetwork> networks)
    {
        Accumulate = accumulate;
        Networks = networks;
    }

    /// <summary>
    /// Adds to the gradients of <see cref="Networks"/> and gives the loss; null when nothing is to be learned this time: no network moves.
    /// </summary>
    public Func<Compute, double?> Accumulate { get; }

    /// <summary>The networks that move.</summary>
    public IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>
    /// An update that adds up its gradients itself, piece by piece on tapes of its own, so that memory does not grow with the number of
    /// pieces.
    /// </summary>
    /// <param name="accumulate">See <see cref="Accumulate"/>.</param>
    /// <param name="networks">The networks that move.</param>
    public static TrainingUpdate Piecewise(Func<Compute, double?> accumulate, IReadOnlyList<TrainedNetwork> networks) => new(accumulate, networks);

    private static double? Backward(Compute compute, Func<Compute, Tensor> makeLoss)
    {
        using Tape tape = compute.Record();
        Tensor loss = makeLoss(compute);
        double value = loss.Span[0];
        tape.Backward(loss);
        return value;
    }
}

/// <summary>What <see cref="TrainingLoop"/> trains: losses over a list of networks, with samples to look at and a result to ship.</summary>
public interface ITrainingTask : IDisposable
{
    /// <summary>The networks that are trained.</summary>
    IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>
    /// The updates of one step, in order; most tasks have one, of all networks. All randomness must come from the recipe's seed
    /// and <paramref name="step"/>, so that a resumed training continues exactly.
    /// </summary>
    IReadOnlyList<TrainingUpdate> Updates(int step);

    /// <summary>Told after every step, for figures of the task's own; must not touch the weights.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="step">Steps done.</param>
    void StepDone(Compute compute, int step)
    {
    }

    /// <summary>Figures of the last step beside the loss, for the progress line, for example <c>psnr 31.2</c>; may be empty.</summary>
    string Describe();

    /// <summary>
    /// Figures of the last step, written to <c>metrics.jsonl</c> beside the loss; a task that has none (the default) gets no such file.
    /// </summary>
    IReadOnlyList<KeyValuePair<string, double>> Figures => [];

    /// <summary>Whether samples are drawn before the first step too, to be compared with.</summary>
    bool SamplesAtStart => false;

    /// <summary>Tensors beside weights, averages and moments that a resumed training needs, by name; they stay the task's.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> State() => [];

    /// <summary>Takes a saved state over.</summary>
    /// <param name="source">A checkpoint with the tensors of <see cref="State"/>.</param>
    /// <param name="prefix">Put before each name.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    void LoadState(ITensorSource source, string prefix)
    {
    }

    /// <summary>Renders a sample sheet with the given (averaged) weights, in the order of <see cref="Networks"/>.</summary>
    void Sample(Compute compute, IReadOnlyList<ParameterStore> weights, string pngPath);

    /// <summary>Writes the trained networks (averaged weights) to a model folder.</summary>
    void Export(Compute compute, IReadOnlyList<ParameterStore> weights, string folder);
}

/// <summary>How far a training is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Mean loss since the last report (of each step's last update).</param>
/// <param name="GradientNorm">Global gradient norm of the last update, before clipping.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Elapsed">Time trained, earlier runs included.</param>
/// <param name="Remaining">Estimate of the time left.</param>
/// <param name="Details">The task's own figures.</param>
public sealed record TrainingProgress(
    int Step, int Steps, double Loss, double GradientNorm, double LearningRate, TimeSpan Elapsed, TimeSpan Remaining, string Details);
