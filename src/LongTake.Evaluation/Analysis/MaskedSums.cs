using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Analysis;

/// <summary>Sums of a plane over the pixels that are chosen.</summary>
/// <param name="Sum">Of its values.</param>
/// <param name="Squares">Of their squares.</param>
/// <param name="Product">Of their products with another plane's.</param>
internal readonly record struct PlaneSums(double Sum, double Squares, double Product);

/// <summary>
/// Sums over some pixels of a picture. Vectors of one width and no fused operations, so that every machine computes the same numbers; several
/// planes at a time, as each sum alone would wait for its own last addition.
/// </summary>
/// <param name="pixels">Pixels of a picture, a multiple of 64.</param>
internal sealed class MaskedSums(int pixels)
{
    private static readonly Vector512<int> s_bits = Vector512.Create([.. Enumerable.Range(0, 16).Select(i => 1 << i)]);

    private readonly float[] _weights = new float[pixels];

    /// <summary>Chooses pixels.</summary>
    /// <param name="words">A bit for each, 64 a word.</param>
    public void Choose(ReadOnlySpan<ulong> words)
    {
        Span<float> weights = _weights;
        for (int i = 0; i < weights.Length; i += Vector512<float>.Count)
        {
            Vector512<int> chosen = Vector512.Create((int)(words[i >> 6] >> (i & 63)) & 0xFFFF) & s_bits;
            (Vector512.Equals(chosen, s_bits).AsSingle() & Vector512<float>.One).CopyTo(weights[i..]);
        }
    }

    /// <summary>Sums of four planes, and of their products with another.</summary>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    /// <param name="other">The other.</param>
    /// <param name="four">Receives the sums of each.</param>
    public void Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, ReadOnlySpan<float> d, ReadOnlySpan<float> other, Span<PlaneSums> four)
    {
        Lanes sumsA = default, sumsB = default, sumsC = default, sumsD = default;
        for (int i = 0; i < pixels; i += Vector256<float>.Count)
        {
            Vector256<float> weight = Vector256.Create(_weights.AsSpan(i)), with = Vector256.Create(other[i..]);
            sumsA.Add(Vector256.Create(a[i..]), weight, with);
            sumsB.Add(Vector256.Create(b[i..]), weight, with);
            sumsC.Add(Vector256.Create(c[i..]), weight, with);
            sumsD.Add(Vector256.Create(d[i..]), weight, with);
        }
        (four[0], four[1], four[2], four[3]) = (sumsA.Totals, sumsB.Totals, sumsC.Totals, sumsD.Totals);
    }

    /// <summary>Sums of three planes, and of the products of another with each.</summary>
    /// <param name="other">The other.</param>
    /// <param name="a">The first.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="sums">Receives the sum of each.</param>
    /// <param name="products">Receives the sum of its products.</param>
    public void With(ReadOnlySpan<float> other, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, Span<double> sums, Span<double> products)
    {
        Vector256<float> sumA = default, sumB = default, sumC = default, productA = default, productB = default, productC = default;
        for (int i = 0; i < pixels; i += Vector256<float>.Count)
        {
            Vector256<float> weight = Vector256.Create(_weights.AsSpan(i)), weighted = Vector256.Create(other[i..]) * weight;
            Vector256<float> x = Vector256.Create(a[i..]), y = Vector256.Create(b[i..]), z = Vector256.Create(c[i..]);
            (sumA, sumB, sumC) = (sumA + (x * weight), sumB + (y * weight), sumC + (z * weight));
            (productA, productB, productC) = (productA + (weighted * x), productB + (weighted * y), productC + (weighted * z));
        }
        (sums[0], sums[1], sums[2]) = (Total(sumA), Total(sumB), Total(sumC));
        (products[0], products[1], products[2]) = (Total(productA), Total(productB), Total(productC));
    }

    private static double Total(Vector256<float> lanes)
    {
        double total = 0;
        for (int i = 0; i < Vector256<float>.Count; i++)
        {
            total += lanes[i];
        }
        return total;
    }

    private struct Lanes
    {
        private Vector256<float> _sum;
        private Vector256<float> _squares;
        private Vector256<float> _product;

        public readonly PlaneSums Totals => new(Total(_sum), Total(_squares), Total(_product));

        public void Add(Vector256<float> value, Vector256<float> weight, Vector256<float> other)
        {
            Vector256<float> weighted = value * weight;
            _sum += weighted;
            _squares += weighted * value;
            _product += weighted * other;
        }
    }
}
