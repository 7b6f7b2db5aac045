namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>How a model is stored anew.</summary>
public sealed class ConversionOptions
{
    /// <summary>Parts of a model folder that can be converted, by the names of their folders.</summary>
    public static IReadOnlyList<string> AllParts { get; } = ["transformer", "causal_transformer", "causal_teacher", "text_encoder", "vae"];

    /// <summary>How matrices are stored. Default float8.</summary>
    public WeightFormat Format { get; init; } = WeightFormat.Float8;

    /// <summary>Which of <see cref="AllParts"/>; null takes <c>transformer</c> and <c>causal_transformer</c>, whichever are there. For folders only.</summary>
    public IReadOnlyList<string>? Parts { get; init; }

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
        if (Format.HasScales() && Parts.Contains("vae"))
        {
            throw new ArgumentException(
                $"The vae cannot be stored in {Format.Name()}: it consists of convolutions, and only matrices have scales. Leave it out, or take bfloat16.");
        }
    }
}

/// <summary>How far a conversion is.</summary>
/// <param name="Part">The part in work.</param>
/// <param name="Done">Bytes written of all converted parts.</param>
/// <param name="Total">Bytes they will take.</param>
public readonly record struct ConversionProgress(string Part, long Done, long Total);
