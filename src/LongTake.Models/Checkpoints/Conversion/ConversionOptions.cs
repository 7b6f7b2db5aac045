using LongTake.Tensors;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>How a model is stored anew.</summary>
public sealed class ConversionOptions
{
    /// <summary>Parts of a model folder that can be converted, by the names of their folders.</summary>
    public static IReadOnlyList<string> AllParts { get; } = ["transformer", "causal_transformer", "causal_teacher", "text_encoder", "vae"];

    /// <summary>
    /// Element type of the matrices: <see cref="DType.F8E4M3"/> (with a scale a tensor), <see cref="DType.BF16"/> or <see cref="DType.F32"/>.
    /// Default float8.
    /// </summary>
    public DType Type { get; init; } = DType.F8E4M3;

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
        if (Type is not (DType.F8E4M3 or DType.BF16 or DType.F32))
        {
            throw new ArgumentException($"Models are stored in float8, bfloat16 or float32, not {Type}.");
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
        if (Type.IsFloat8() && Parts.Contains("vae"))
        {
            throw new ArgumentException(
                "The vae cannot be stored in float8: it consists of convolutions, and only matrices have scales. Leave it out, or take bfloat16.");
        }
    }
}

/// <summary>How far a conversion is.</summary>
/// <param name="Part">The part in work.</param>
/// <param name="Done">Bytes written of all converted parts.</param>
/// <param name="Total">Bytes they will take.</param>
public readonly record struct ConversionProgress(string Part, long Done, long Total);
