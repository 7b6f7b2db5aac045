using LongTake.Evaluation.Comparisons;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Methods;

namespace LongTake.Evaluation.Trials;

/// <summary>How much of a model is tried, and how it samples.</summary>
public sealed record TrialOptions
{
    /// <summary>Held-out prompts, 1 to 10,000 (<see cref="HeldOutScenes"/>). Default 64.</summary>
    public int Prompts { get; init; } = 64;

    /// <summary>
    /// Whether prompts without any held-out pair of attributes are asked in place of held-out ones (not in the part <c>switch</c>): the gap
    /// between the two says how much the model remembers rather than composes. Default false.
    /// </summary>
    public bool Seen { get; init; }

    /// <summary>Profile of the world that the prompts are about (<see cref="WorldProfile"/>); null for what the model was trained on. Default null.</summary>
    public string? World { get; init; }

    /// <summary>Videos a prompt, 1 to 100. Default 2.</summary>
    public int Seeds { get; init; } = 2;

    /// <summary>The first seed. Default 0.</summary>
    public ulong FirstSeed { get; init; }

    /// <summary>Prompts generated together, 1 to 256. Speed and memory only: results do not depend on it. Default 8.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Steps of the bidirectional sampler, 1 to 1000. Default 50.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Guidance of the bidirectional sampler, 0 to 100; null for the model's own. Default null.</summary>
    public double? Guidance { get; init; }

    /// <summary>Latent frames of a clip, at least 1; null for the length the transformer was trained on. Default null.</summary>
    public int? Latents { get; init; }

    /// <summary>
    /// What the streaming generator remembers, a name of <see cref="MethodPresets"/>, with settings if need be (<see cref="MethodChoice"/>);
    /// null for <c>full</c> at the trained length and <c>longlive-infinity</c> (sink and window) beyond it.
    /// </summary>
    public string? Preset { get; init; }

    /// <summary>Lengths of the part <c>long</c> as multiples of a clip, 1 to 100 each. Default 6.</summary>
    public IReadOnlyList<int> Lengths { get; init; } = [6];

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Prompts is >= 1 and <= 10_000, "prompts", Prompts, "1 to 10000");
        Require(Seeds is >= 1 and <= 100, "seeds", Seeds, "1 to 100");
        Require(Batch is >= 1 and <= 256, "batch", Batch, "1 to 256");
        Require(Steps is >= 1 and <= 1000, "steps", Steps, "1 to 1000");
        Require(Guidance is null or (>= 0 and <= 100), "guidance", Guidance ?? 0, "0 to 100");
        Require(Latents is null or (>= 1 and <= 10_000), "latents", Latents ?? 0, "1 to 10000");
        Require(Lengths.Count > 0, "lengths", "empty", "one number or more");
        foreach (int length in Lengths)
        {
            Require(length is >= 1 and <= 100, "lengths", length, "1 to 100 each");
        }
        if (World is not null)
        {
            WorldProfile.Of(World);
        }
        if (Preset is not null)
        {
            MethodChoice.Parse(Preset).Create();
        }
    }

    private static void Require(bool condition, string name, object value, string range)
    {
        if (!condition)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
        }
    }
}

/// <summary>How far a part of a trial is.</summary>
/// <param name="Part">Name of the part.</param>
/// <param name="Done">Videos done, those in work in part.</param>
/// <param name="Of">Videos in all.</param>
public sealed record TrialProgress(string Part, double Done, int Of);
