namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>How a model is stored anew.</summary>
public sealed class ConversionOptions
{
    /// <summary>Parts of a model folder that can be converted, by the names of their folders.</summary>
    public static IReadOnlyList<string> AllParts { get; } = ["transformer", "causal_transformer", "causal_teacher", "text_encoder", "vae"];

    private static readonly string[] s_transformers = ["transformer", "causal_transformer", "causal_teacher"];

    /// <summary>How matrices are stored. Default float8.</summary>
    public WeightFormat Format { get; init; } = WeightFormat.Float8;

    /// <summary>Which of <see cref="AllParts"/>; null takes <c>transformer</c> and <c>causal_transformer</c>, whichever are there. For folders only.</summary>
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>
    /// The transformer of the model folder (of <see cref="AllParts"/>) beside which the parts are stored as adapters of <see cref="Rank"/>, their
    /// factors in <see cref="Format"/>; it stays as it is. Null, the default, to store parts whole.
    /// </summary>
    public string? Base { get; init; }

    /// <summary>Rank of the adapters; 0, the default, without a <see cref="Base"/>.</summary>
    public int Rank { get; init; }

    /// <summary>
    /// Other model folders whose parts are averaged with the source's, trainings of the same network; what else a folder has is copied from the
    /// source. Empty, the default, to average nothing.
    /// </summary>
    public IReadOnlyList<string> Average { get; init; } = [];

    /// <summary>What the source and each of <see cref="Average"/> count, summing up to 1; null, the default, for equal shares.</summary>
    public IReadOnlyList<double>? Shares { get; init; }

    /// <summary>Whether a target that exists is replaced. Default false: it is refused.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Told how far the work is, on the calling thread.</summary>
    public Action<ConversionProgress>? Progress { get; init; }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range, or two do not go together.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Format))
        {
            throw new ArgumentException($"There is no weight format {Format}.");
        }
        ValidateBase();
        ValidateShares();
        if (Parts is null)
        {
            return;
        }
        if (Parts.FirstOrDefault(p => !AllParts.Contains(p)) is string unknown)
        {
            throw new ArgumentException($"There is no part '{unknown}' to convert; parts are {string.Join(", ", AllParts)}.");
        }
        if (Parts.Count == 0 || Parts.Distinct().Count() != Parts.Count)
        {
            throw new ArgumentException("The parts to convert must be one or several, each named once.");
        }
        if (Base is not null && Parts.FirstOrDefault(p => p == Base || !s_transformers.Contains(p)) is string other)
        {
            throw new ArgumentException($"'{other}' cannot be stored as an adapter of '{Base}'; name other transformers ({string.Join(", ", s_transformers.Where(t => t != Base))}).");
        }
        if (Format.HasScales() && Parts.Contains("vae"))
        {
            throw new ArgumentException(
                $"The vae cannot be stored in {Format.Name()}: it consists of convolutions, and only matrices have scales. Leave it out, or take bfloat16.");
        }
    }

    private void ValidateShares()
    {
        if (Shares is null)
        {
            return;
        }
        if (Shares.Count != Average.Count + 1)
        {
            throw new ArgumentException($"There are {Shares.Count} shares; the source and the {Average.Count} models averaged with it need {Average.Count + 1}.");
        }
        if (Shares.Any(s => !(s > 0)) || Math.Abs(Shares.Sum() - 1) > 1e-6)
        {
            throw new ArgumentException("Shares must be above 0 and sum up to 1.");
        }
    }

    private void ValidateBase()
    {
        if (Base is null)
        {
            if (Rank != 0)
            {
                throw new ArgumentException($"A rank ({Rank}) is that of adapters; name the transformer that they are for as the base.");
            }
            return;
        }
        if (!s_transformers.Contains(Base))
        {
            throw new ArgumentException($"The base is '{Base}'; it must be one of {string.Join(", ", s_transformers)}.");
        }
        if (Rank < 1)
        {
            throw new ArgumentException($"The rank of adapters is {Rank}; it must be at least 1.");
        }
        if (Format == WeightFormat.NormalFloat4)
        {
            throw new ArgumentException($"Factors of adapters are not stored in {Format.Name()}; take {WeightFormat.Float8.Name()}.");
        }
    }
}

/// <summary>How far a conversion is.</summary>
/// <param name="Part">The part in work.</param>
/// <param name="Done">Bytes written of all converted parts.</param>
/// <param name="Total">Bytes they will take.</param>
public readonly record struct ConversionProgress(string Part, long Done, long Total);
