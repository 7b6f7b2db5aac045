using System.Collections;
using System.Runtime.CompilerServices;

namespace LongTake.Tensors;

/// <summary>
/// The sizes of a tensor, outermost dimension first. A value of fixed size, so that shapes on hot paths live on the
/// stack; write one as a collection expression: <c>Shape s = [batch, tokens, width];</c>
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    /// <summary>Largest number of dimensions.</summary>
    public const int MaxRank = 6;

    private readonly Sizes _sizes;
    private readonly int _rank;

    private Shape(ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaxRank)
        {
            throw new ArgumentException($"A shape has at most {MaxRank} dimensions, not {sizes.Length}.", nameof(sizes));
        }
        _rank = sizes.Length;
        long count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] < 0)
            {
                throw new ArgumentException($"Dimension {i} of a shape is negative ({sizes[i]}).", nameof(sizes));
            }
            _sizes[i] = sizes[i];
            count = checked(count * sizes[i]);
        }
        Count = count;
    }

    /// <summary>Number of dimensions.</summary>
    public int Rank => _rank;

    /// <summary>Number of elements: the product of all sizes (1 for a scalar).</summary>
    public long Count { get; }

    /// <summary>Size of one dimension; a negative index counts from the end (-1 is the innermost).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public int this[int dimension]
    {
        get
        {
            int i = dimension < 0 ? dimension + _rank : dimension;
            return (uint)i < (uint)_rank
                ? _sizes[i]
                : throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The shape {this} has {_rank} dimensions.");
        }
    }

    /// <summary>Makes a shape from its sizes (the target of collection expressions).</summary>
    /// <exception cref="ArgumentException">A size is negative, or there are more than <see cref="MaxRank"/>.</exception>
    /// <exception cref="OverflowException">The element count exceeds 64 bits.</exception>
    public static Shape Create(ReadOnlySpan<int> sizes) => new(sizes);

    /// <summary>The same shape with one size replaced.</summary>
    public Shape With(int dimension, int size)
    {
        Span<int> sizes = stackalloc int[MaxRank];
        CopyTo(sizes);
        sizes[dimension < 0 ? dimension + _rank : dimension] = size;
        return new Shape(sizes[.._rank]);
    }

    /// <summary>The dimensions from <paramref name="start"/> (inclusive) to <paramref name="end"/> (exclusive).</summary>
    public Shape Sub(int start, int end)
    {
        Span<int> sizes = stackalloc int[MaxRank];
        CopyTo(sizes);
        return new Shape(sizes[start..end]);
    }

    /// <summary>Product of the sizes of dimensions <paramref name="start"/> (inclusive) to <paramref name="end"/> (exclusive).</summary>
    public long CountOf(int start, int end)
    {
        long n = 1;
        for (int i = start; i < end; i++)
        {
            n *= this[i];
        }
        return n;
    }

    /// <summary>Copies the sizes into <paramref name="destination"/>.</summary>
    public void CopyTo(Span<int> destination)
    {
        for (int i = 0; i < _rank; i++)
        {
            destination[i] = _sizes[i];
        }
    }

    /// <summary>The sizes as a new array.</summary>
    public int[] ToArray()
    {
        int[] sizes = new int[_rank];
        CopyTo(sizes);
        return sizes;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (_rank != other._rank)
        {
            return false;
        }
        for (int i = 0; i < _rank; i++)
        {
            if (_sizes[i] != other._sizes[i])
            {
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        for (int i = 0; i < _rank; i++)
        {
            hash.Add(_sizes[i]);
        }
        return hash.ToHashCode();
    }

    /// <summary>Whether two shapes have the same sizes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The shape as it is written in messages, for example <c>[1, 21, 16, 8, 8]</c>.</summary>
    public override string ToString() => "[" + string.Join(", ", ToArray()) + "]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    [InlineArray(MaxRank)]
    private struct Sizes
    {
        private int _first;
    }
}
