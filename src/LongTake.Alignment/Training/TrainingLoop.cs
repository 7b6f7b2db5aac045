using System.Diagnostics;
using System.Globalization;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Optimizers;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Training;

/// <summary>
/// Runs a task for the recipe's number of steps, each of one or more updates: loss, gradients, clipping, AdamW, moving average;
/// a checkpoint every few minutes and at the end, sample sheets, progress. A resumed training continues bit-exactly: all randomness comes from the
/// seed and the step, and the checkpoint holds weights, averages and moments.
/// </summary>
public sealed class TrainingLoop : IDisposable
{
    private const string TaskPrefix = "task.";

    private readonly TrainingRecipe _recipe;
    private readonly ITrainingTask _task;
    private readonly Compute _compute;
    private readonly string _folder;
    private readonly List<NetworkTrainer> _networks = [];
    private readonly Dictionary<string, NetworkTrainer> _byName = [];
    private readonly LearningRateSchedule _schedule;
    private readonly MetricsFile _metrics;

    /// <summary>Prepares a training.</summary>
    /// <param name="recipe">Validated recipe.</param>
    /// <param name="task">What is trained; the caller disposes it.</param>
    /// <param name="compute">Where to compute.</param>
    /// <param name="folder">Folder for checkpoint and sample sheets; made if missing.</param>
    public TrainingLoop(TrainingRecipe recipe, ITrainingTask task, Compute compute, string folder)
    {
        _recipe = recipe;
        _task = task;
        _compute = compute;
        _folder = folder;
        foreach (TrainedNetwork network in task.Networks)
        {
            NetworkTrainer trainer = new(compute, network, recipe);
            _networks.Add(trainer);
            _byName.Add(network.Name, trainer);
        }
        _schedule = new LearningRateSchedule
        {
            Peak = recipe.LearningRate,
            Final = recipe.FinalLearningRate,
            WarmUpSteps = recipe.WarmupSteps,
            TotalSteps = recipe.Steps,
            Decay = recipe.FinalLearningRate < recipe.LearningRate ? LearningRateDecay.Cosine : LearningRateDecay.Constant,
        };
        _metrics = new MetricsFile(Path.Combine(folder, "metrics.jsonl"));
    }

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Time trained, earlier runs included.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>The averaged weights, in the order of the task's networks.</summary>
    public IReadOnlyList<ParameterStore> Averages => [.. _networks.Select(n => n.Average)];

    /// <summary>Where the training's state is kept.</summary>
    public string CheckpointPath => Path.Combine(_folder, "checkpoint.safetensors");

    /// <summary>Continues from the checkpoint in the folder.</summary>
    /// <exception cref="RecipeException">There is none, or it belongs to another recipe.</exception>
    public void Resume(string recipeText)
    {
        if (!File.Exists(CheckpointPath))
        {
            throw new RecipeException($"There is no training to resume in '{_folder}': {CheckpointPath} is missing. Start without --resume.");
        }
        using SafetensorsFile file = SafetensorsFile.Open(CheckpointPath);
        if (file.Metadata.GetValueOrDefault("recipe") != recipeText)
        {
            throw new RecipeException($"The training in '{_folder}' was started with another recipe; use that one, or another --output folder.");
        }
        foreach (NetworkTrainer network in _networks)
        {
            network.LoadState(file);
        }
        _task.LoadState(file, TaskPrefix);
        Step = int.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);
        Elapsed = TimeSpan.FromSeconds(double.Parse(file.Metadata["seconds"], CultureInfo.InvariantCulture));
    }

    /// <summary>Trains to the recipe's last step, or until cancelled; either way the state is saved.</summary>
    /// <param name="recipeText">Kept with the state: only the same recipe can resume it.</param>
    /// <param name="progress">Told about once a second.</param>
    /// <param name="cancellation">Stops after the step in work.</param>
    /// <param name="mostSteps">Steps to do in this run at most.</param>
    /// <returns>Whether the last step was reached.</returns>
    /// <exception cref="InvalidOperationException">Loss or gradient stopped being finite; the last checkpoint is from before.</exception>
    public bool Run(
        string recipeText, IProgress<TrainingProgress>? progress, CancellationToken cancellation, int mostSteps = int.MaxValue)
    {
        Directory.CreateDirectory(_folder);
        _metrics.Begin(Step);
        if (Step == 0 && _task.SamplesAtStart && !cancellation.IsCancellationRequested)
        {
            Sample();
            _metrics.Append(0, null, _task.Figures);
        }
        TimeSpan before = Elapsed;
        int first = Step;
        Stopwatch clock = Stopwatch.StartNew(), sinceSave = Stopwatch.StartNew(), sinceReport = Stopwatch.StartNew();
        double lossSum = 0, norm = 0;
        int lossCount = 0;
        while (Step < _recipe.Steps && Step - first < mostSteps && !cancellation.IsCancellationRequested)
        {
            float rate = _schedule.At(Step);
            (double Loss, double Norm)? done;
            try
            {
                done = TrainStep(rate);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // A task gives a step up only before anything has moved; the resumed training does it anew.
                _networks.ForEach(n => n.DropGradients());
                break;
            }
            Step++;
            _task.StepDone(_compute, Step);
            if (done is { } values)
            {
                lossSum += values.Loss;
                lossCount++;
                norm = values.Norm;
            }
            Elapsed = before + clock.Elapsed;
            if (sinceReport.ElapsedMilliseconds > 1000 || Step == _recipe.Steps)
            {
                TimeSpan remaining = clock.Elapsed / (Step - first) * (_recipe.Steps - Step);
                progress?.Report(new TrainingProgress(
                    Step, _recipe.Steps, lossCount == 0 ? 0 : lossSum / lossCount, norm, rate, Elapsed, remaining, _task.Describe()));
                (lossSum, lossCount) = (0, 0);
                sinceReport.Restart();
            }
            if (_recipe.SampleEvery > 0 && Step % _recipe.SampleEvery == 0)
            {
                Sample();
            }
            _metrics.Append(Step, done, _task.Figures);
            if (sinceSave.Elapsed.TotalMinutes >= _recipe.CheckpointMinutes)
            {
                Save(recipeText);
                sinceSave.Restart();
            }
        }
        Save(recipeText);
        return Step >= _recipe.Steps;
    }

    /// <summary>Writes the averaged weights to a model folder.</summary>
    public void Export(string modelFolder) => _task.Export(_compute, Averages, modelFolder);

    /// <summary>Frees optimiser and averages.</summary>
    public void Dispose() => _networks.ForEach(n => n.Dispose());

    private void Save(string recipeText)
    {
        using TensorScope scope = TensorScope.Open();
        Dictionary<string, string> metadata = new()
        {
            ["recipe"] = recipeText,
            ["step"] = Step.ToString(CultureInfo.InvariantCulture),
            ["seconds"] = Elapsed.TotalSeconds.ToString("R", CultureInfo.InvariantCulture),
        };
        IEnumerable<KeyValuePair<string, Tensor>> own = _task.State().Select(t => KeyValuePair.Create(TaskPrefix + t.Key, t.Value));
        SafetensorsWriter.Write(CheckpointPath, _networks.SelectMany(n => n.State()).Concat(own), metadata);
    }

    private void Sample() => _task.Sample(_compute, Averages, Path.Combine(_folder, $"samples-{Step:D6}.png"));

    /// <summary>Loss and gradient norm of the step's last update; null when none of its updates had anything to learn.</summary>
    private (double Loss, double Norm)? TrainStep(float rate)
    {
        (double Loss, double Norm)? last = null;
        foreach (TrainingUpdate update in _task.Updates(Step))
        {
            last = Apply(update, rate) ?? last;
        }
        return last;
    }

    private double? Accumulate(TrainingUpdate update)
    {
        List<NetworkTrainer> rounded = [.. _networks.Where(n => n.Round(Step))];
        try
        {
            return update.Accumulate(_compute);
        }
        finally
        {
            rounded.ForEach(n => n.Restore());
        }
    }

    private (double Loss, double Norm)? Apply(TrainingUpdate update, float rate)
    {
        if (Accumulate(update) is not double value)
        {
            return null;
        }
        NetworkTrainer[] moved = [.. update.Networks.Select(n => _byName[n.Name])];
        double norm = Math.Sqrt(moved.Sum(n => n.SquaredNorm()));
        if (!double.IsFinite(value) || !double.IsFinite(norm))
        {
            throw new InvalidOperationException(
                $"The training diverged at step {Step}: loss {value}, gradient norm {norm}. Resume from the last checkpoint with a lower learning_rate.");
        }
        float scale = GradientClipper.Factor(norm, _recipe.GradientClip);
        foreach (NetworkTrainer network in moved)
        {
            network.Step(rate, scale, Step);
        }
        return (value, norm);
    }
}
