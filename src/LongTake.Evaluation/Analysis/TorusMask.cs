using System.Numerics;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// A set of pixels of the 64x64 canvas, which wraps around: one 64-bit word a row, bit x of word y for pixel (x, y). Growing,
/// shrinking and connected components work on whole rows.
/// </summary>
internal sealed class TorusMask
{
    /// <summary>Rows and columns.</summary>
    public const int Size = 64;

    private readonly ulong[] _rows = new ulong[Size];
    private readonly ulong[] _spread = new ulong[Size];

    /// <summary>The rows.</summary>
    public Span<ulong> Rows => _rows;

    /// <summary>Number of pixels.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (ulong row in _rows)
            {
                count += BitOperations.PopCount(row);
            }
            return count;
        }
    }

    /// <summary>Whether a pixel belongs to the set.</summary>
    public bool Contains(int x, int y) => (_rows[y] >> x & 1) != 0;

    /// <summary>Takes over another set.</summary>
    public void CopyFrom(TorusMask other) => other._rows.AsSpan().CopyTo(_rows);

    /// <summary>Removes every pixel.</summary>
    public void Clear() => _rows.AsSpan().Clear();

    /// <summary>Makes it the set of all other pixels.</summary>
    public void Invert()
    {
        foreach (ref ulong row in _rows.AsSpan())
        {
            row = ~row;
        }
    }

    /// <summary>Removes the pixels of another set.</summary>
    public void Remove(TorusMask other)
    {
        for (int y = 0; y < Size; y++)
        {
            _rows[y] &= ~other._rows[y];
        }
    }

    /// <summary>Keeps the pixels of another set only.</summary>
    public void Intersect(TorusMask other)
    {
        for (int y = 0; y < Size; y++)
        {
            _rows[y] &= other._rows[y];
        }
    }

    /// <summary>Adds all pixels next to one, diagonally too.</summary>
    public void Dilate()
    {
        for (int y = 0; y < Size; y++)
        {
            ulong row = _rows[y];
            _spread[y] = row | BitOperations.RotateLeft(row, 1) | BitOperations.RotateRight(row, 1);
        }
        for (int y = 0; y < Size; y++)
        {
            _rows[y] = _spread[(y - 1) & 63] | _spread[y] | _spread[(y + 1) & 63];
        }
    }

    /// <summary>Removes all pixels next to one outside, diagonally too.</summary>
    public void Erode()
    {
        Invert();
        Dilate();
        Invert();
    }

    /// <summary>
    /// Takes one connected component out of this set: the one of the first pixel in reading order.
    /// </summary>
    /// <param name="component">Receives it.</param>
    /// <param name="diagonal">Whether pixels that touch at a corner are connected.</param>
    /// <returns>Its area; 0 when the set is empty.</returns>
    public int TakeComponent(TorusMask component, bool diagonal)
    {
        component.Clear();
        int seed = 0;
        while (seed < Size && _rows[seed] == 0)
        {
            seed++;
        }
        if (seed == Size)
        {
            return 0;
        }
        ulong[] taken = component._rows;
        taken[seed] = FillRow(_rows[seed] & (~_rows[seed] + 1), _rows[seed]);

        // Rows above the seed are empty, so the component grows downward and, over the border, upward from the last row.
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = 1; i <= Size; i++)
            {
                changed |= Grow(taken, (seed + i) & 63, diagonal);
            }
            for (int i = Size; i >= 1 && changed; i--)
            {
                Grow(taken, (seed + i) & 63, diagonal);
            }
        }
        Remove(component);
        return component.Count;
    }

    private bool Grow(ulong[] taken, int y, bool diagonal)
    {
        ulong beside = taken[(y - 1) & 63] | taken[(y + 1) & 63];
        if (beside == 0)
        {
            return false;
        }
        if (diagonal)
        {
            beside |= BitOperations.RotateLeft(beside, 1) | BitOperations.RotateRight(beside, 1);
        }
        ulong grown = taken[y] | (beside & _rows[y]);
        if (grown == taken[y])
        {
            return false;
        }
        taken[y] = FillRow(grown, _rows[y]);
        return true;
    }

    private static ulong FillRow(ulong seeds, ulong row)
    {
        while (true)
        {
            ulong grown = (seeds | BitOperations.RotateLeft(seeds, 1) | BitOperations.RotateRight(seeds, 1)) & row;
            if (grown == seeds)
            {
                return seeds;
            }
            seeds = grown;
        }
    }
}
