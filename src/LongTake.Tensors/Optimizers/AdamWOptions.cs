namespace LongTake.Tensors.Optimizers;

/// <summary>Settings of <see cref="AdamW"/>; the defaults are PyTorch's.</summary>
public sealed record AdamWOptions
{
    /// <summary>Learning rate of steps that name none; positive.</summary>
    public float LearningRate { get; set; } = 1e-3f;

    /// <summary>Decay of the first moment, in [0, 1).</summary>
    public float Beta1 { get; set; } = 0.9f;

    /// <summary>Decay of the second moment, in [0, 1).</summary>
    public float Beta2 { get; set; } = 0.999f;

    /// <summary>Added to the root of the second moment; positive.</summary>
    public float Epsilon { get; set; } = 1e-8f;

    /// <summary>Decoupled weight decay: each step shrinks a parameter by learning rate times this. Not negative.</summary>
    public float WeightDecay { get; set; } = 0.01f;

    /// <summary>Which parameters decay, by name; all if null. Biases and norm weights usually should not.</summary>
    public Func<string, bool>? WeightDecayFilter { get; set; }

    /// <summary>Which parameters are moved, by name; all if null.</summary>
    public Func<string, bool>? ParameterFilter { get; set; }

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(LearningRate > 0, nameof(LearningRate), LearningRate, "must be positive");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "must lie in [0, 1)");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "must lie in [0, 1)");
        Require(Epsilon > 0, nameof(Epsilon), Epsilon, "must be positive");
        Require(WeightDecay >= 0, nameof(WeightDecay), WeightDecay, "must not be negative");
    }

    private static void Require(bool holds, string name, float value, string rule)
    {
        if (!holds || !float.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"AdamW: {name} {rule}.");
        }
    }
}
