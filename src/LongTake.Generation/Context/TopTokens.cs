namespace LongTake.Generation.Context;

/// <summary>The best of many tokens, in the order they lie in.</summary>
internal static class TopTokens
{
    /// <summary>Chooses tokens with the largest scores; of equal ones the oldest. What is no number counts least.</summary>
    /// <param name="scores">One a token; those that are no numbers are replaced.</param>
    /// <param name="scratch">As long as the scores.</param>
    /// <param name="firstRow">Row of the first token.</param>
    /// <param name="rows">Takes the rows of the chosen ones, ascending; at most as long as the scores.</param>
    public static void Choose(Span<float> scores, Span<float> scratch, int firstRow, Span<int> rows)
    {
        foreach (ref float score in scores)
        {
            score = float.IsNaN(score) ? float.NegativeInfinity : score;
        }
        scores.CopyTo(scratch);
        scratch.Sort();
        float threshold = scratch[^rows.Length];
        int ties = rows.Length;
        foreach (float score in scores)
        {
            ties -= score > threshold ? 1 : 0;
        }
        int to = 0;
        for (int i = 0; to < rows.Length; i++)
        {
            if (scores[i] > threshold || (scores[i] == threshold && ties-- > 0))
            {
                rows[to++] = firstRow + i;
            }
        }
    }
}
