namespace LongTake.Tensors.Optimizers;

/// <summary>Settings of <see cref="Muon"/>. Learning rate, weight decay and its filter are those of <see cref="Others"/>.</summary>
public sealed class MuonOptions
{
    /// <summary>Decay of the momentum, in [0, 1).</summary>
    public float Momentum { get; set; } = 0.95f;

    /// <summary>Newton-Schulz iterations; positive. Five bring all but the smallest singular values near one.</summary>
    public int Iterations { get; set; } = 5;

    /// <summary>Root mean square of a matrix's update at learning rate one; 0.2 is about AdamW's, so that both share a learning rate.</summary>
    public float UpdateSize { get; set; } = 0.2f;

    /// <summary>
    /// Which parameters are matrices between hidden layers, by name; all of rank two and more if null. Embeddings, and the
    /// first and last layer of a network, should be left to AdamW.
    /// </summary>
    public Func<string, bool>? MatrixFilter { get; set; }

    /// <summary>AdamW's settings, for all other parameters.</summary>
    public AdamWOptions Others { get; set; } = new();

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Momentum is >= 0 and < 1, nameof(Momentum), Momentum, "must lie in [0, 1)");
        Require(Iterations > 0, nameof(Iterations), Iterations, "must be positive");
        Require(UpdateSize > 0 && float.IsFinite(UpdateSize), nameof(UpdateSize), UpdateSize, "must be positive");
        Others.Validate();
    }

    private static void Require(bool holds, string name, float value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Muon: {name} {rule}.");
        }
    }
}
