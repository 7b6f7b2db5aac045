namespace LongTake.Alignment.Training;

/// <summary>What to train, from where to where.</summary>
public sealed class TrainingJobOptions
{
    /// <summary>The recipe file.</summary>
    public required string Recipe { get; init; }

    /// <summary>Folder for checkpoint and sample sheets.</summary>
    public required string Output { get; init; }

    /// <summary>
    /// Model folder to write the result to; null for the recipe's (or <c>model</c> in the output folder, for a VAE and the first stage
    /// of distillation).
    /// </summary>
    public string? Export { get; init; }

    /// <summary>Whether to continue the training in <see cref="Output"/>.</summary>
    public bool Resume { get; init; }

    /// <summary>Steps to do in this run at most; the rest can be resumed.</summary>
    public int MostSteps { get; init; } = int.MaxValue;

    /// <summary>Told about clips while latents are encoded or trajectories computed: done and wanted.</summary>
    public IProgress<(int Done, int Wanted)>? CacheProgress { get; init; }

    /// <summary>Told about the training.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }
}
