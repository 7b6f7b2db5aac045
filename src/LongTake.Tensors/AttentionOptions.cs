namespace LongTake.Tensors;

/// <summary>What scaled dot-product attention may see and how it is weighted; the default is everything, scaled by 1/sqrt(D).</summary>
public readonly record struct AttentionOptions
{
    /// <summary>Factor of the scores; null for 1/sqrt(D).</summary>
    public float? Scale { get; init; }

    /// <summary>[H, Nq, Nk], added to the scaled scores of every sample; gradients flow to it.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>[Nq, Nk] bytes, 1 where the query (row) may attend to the key (column). A query that may attend to nothing gives zeros.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>Keys of each sample that are attended to, from the first on; null for all.</summary>
    public int[]? KeyLengths { get; init; }

    /// <summary>
    /// [Nq + Nk - 1], in the type of q: a scaled score above 0 of query i and key j is multiplied by entry i - j + Nk - 1, a score below 0
    /// is left alone, both before the bias is added. Takes attention away from what is far without storing a score matrix. Inference only.
    /// </summary>
    public Tensor? DistanceFactors { get; init; }
}
