using LongTake.Tensors.Random;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// Draws ordered subsets without replacement, each next element with a probability in proportion to exp(score) among what is left (the
/// Plackett-Luce distribution): the largest of score + Gumbel noise, in falling order. Source: spec inflvg, section 5.
/// </summary>
public static class GumbelTopK
{
    /// <summary>Draws one ordered subset.</summary>
    /// <param name="scores">alpha; shifting all of them changes nothing.</param>
    /// <param name="random">Where the noise comes from, one number a score.</param>
    /// <param name="order">Takes the indices, first drawn first; at most as many as there are scores.</param>
    /// <exception cref="ArgumentException">More are wanted than there are.</exception>
    public static void Sample(ReadOnlySpan<double> scores, CounterRandom random, Span<int> order)
    {
        if (order.Length > scores.Length)
        {
            throw new ArgumentException($"{order.Length} of {scores.Length} candidates cannot be drawn; draw {scores.Length} at most.", nameof(order));
        }
        double[] keys = new double[scores.Length];
        int[] indices = new int[scores.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            // Falling order is rising order of the negative.
            keys[i] = Math.Log(-Math.Log(1.0 - random.NextDouble())) - scores[i];
            indices[i] = i;
        }
        Array.Sort(keys, indices);
        indices.AsSpan(0, order.Length).CopyTo(order);
    }
}
