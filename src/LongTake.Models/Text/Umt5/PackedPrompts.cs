namespace LongTake.Models.Text.Umt5;

/// <summary>
/// The tokens of several prompts one behind the other, sorted by length, so that the prompts of one length are neighbours
/// and attend in one call.
/// </summary>
internal sealed class PackedPrompts
{
    public PackedPrompts(int[][] prompts, RelativePositionBuckets buckets)
    {
        int[] order = [.. Enumerable.Range(0, prompts.Length).OrderBy(p => prompts[p].Length)];
        Ids = [.. order.SelectMany(p => prompts[p])];
        MinLength = prompts[order[0]].Length;
        MaxLength = prompts[order[^1]].Length;
        (int Start, int Length)[] ranges = new (int, int)[prompts.Length];
        List<Group> groups = [];
        int start = 0;
        foreach (int p in order)
        {
            int length = prompts[p].Length;
            ranges[p] = (start, length);
            if (groups.Count > 0 && groups[^1].Length == length)
            {
                groups[^1] = groups[^1] with { Count = groups[^1].Count + 1 };
            }
            else
            {
                groups.Add(new Group(start, 1, length, buckets.Grid(length)));
            }
            start += length;
        }
        Ranges = ranges;
        Groups = groups;
    }

    /// <summary>All tokens, packed.</summary>
    public int[] Ids { get; }

    public int MinLength { get; }

    public int MaxLength { get; }

    /// <summary>First packed token and length of each prompt, in the order of the call.</summary>
    public IReadOnlyList<(int Start, int Length)> Ranges { get; }

    /// <summary>Prompts of equal length.</summary>
    public IReadOnlyList<Group> Groups { get; }

    /// <summary>Neighbouring prompts of one length.</summary>
    /// <param name="Start">First packed token.</param>
    /// <param name="Count">Prompts.</param>
    /// <param name="Length">Tokens of each.</param>
    /// <param name="Buckets">Relative position bucket of each pair of tokens, [query, key].</param>
    internal readonly record struct Group(int Start, int Count, int Length, int[] Buckets);
}
