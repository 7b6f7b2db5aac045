namespace LongTake.Tensors.Files;

/// <summary>Turns sizes found in a file into a <see cref="Shape"/> without trusting them.</summary>
internal static class ShapeCheck
{
    /// <summary>Largest element count whose bytes still fit a signed 64-bit integer for every element type.</summary>
    private const long MaxCount = long.MaxValue / 8;

    /// <summary>Makes the shape, or says what is wrong with the sizes ("has 9 dimensions ...").</summary>
    public static string? TryCreate(IReadOnlyList<long> sizes, out Shape shape)
    {
        shape = default;
        if (sizes.Count > Shape.MaxRank)
        {
            return $"has {sizes.Count} dimensions (at most {Shape.MaxRank} are supported)";
        }
        Span<int> values = stackalloc int[Shape.MaxRank];
        long count = 1;
        bool isEmpty = sizes.Contains(0);
        for (int i = 0; i < sizes.Count; i++)
        {
            if (sizes[i] is < 0 or > int.MaxValue)
            {
                return $"has the size {sizes[i]} (sizes go from 0 to {int.MaxValue})";
            }
            // Overflow hides behind a zero size too: the partial products of a shape are checked as if it were one.
            long factor = Math.Max(sizes[i], 1);
            if (count > MaxCount / factor)
            {
                return $"has the shape [{string.Join(", ", sizes)}], whose element count overflows";
            }
            count *= factor;
            values[i] = (int)sizes[i];
        }
        shape = Shape.Create(values[..sizes.Count]);
        return shape.Count == (isEmpty ? 0 : count) ? null : "has an inconsistent shape";
    }
}
