using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// Exponential, hyperbolic tangent and logistic function over vectors, accurate to a few units in the last place over
/// the whole range (subnormal results, infinities and NaN included). One algorithm in four widths.
/// </summary>
/// <remarks>
/// exp: x = n ln 2 + r with |r| &lt;= ln 2 / 2, a polynomial in r, then a multiplication by 2^n in two halves, so that neither
/// overflows early. tanh: an odd polynomial below 0.625, 1 - 2 / (exp(2|x|) + 1) above.
/// </remarks>
internal static class VectorMath
{
    private const float Log2E = 1.44269504088896341f;

    // ln 2 in two parts: the first has few bits, so that n times it is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Below the first bound exp is zero, above the second it is infinite.
    private const float ExpLowest = -104f;
    private const float ExpHighest = 89f;

    // Minimax coefficients of (exp(r) - 1 - r) / r^2, highest power first.
    private const float E6 = 1.9875691500e-4f;
    private const float E5 = 1.3981999507e-3f;
    private const float E4 = 8.3334519073e-3f;
    private const float E3 = 4.1665795894e-2f;
    private const float E2 = 1.6666665459e-1f;
    private const float E1 = 5.0000001201e-1f;

    // Minimax coefficients of (2^r - 1) / r, highest power first.
    private const float B6 = 1.535336188319500e-4f;
    private const float B5 = 1.339887440266574e-3f;
    private const float B4 = 9.618437357674640e-3f;
    private const float B3 = 5.550332471162809e-2f;
    private const float B2 = 2.402264791363012e-1f;
    private const float B1 = 6.931472028550421e-1f;

    // Below the first bound 2^x is zero, above the second it is infinite.
    private const float Exp2Lowest = -152f;
    private const float Exp2Highest = 129f;

    // Minimax coefficients of (tanh(x) - x) / x^3 in x^2, highest power first.
    private const float T5 = -5.70498872745e-3f;
    private const float T4 = 2.06390887954e-2f;
    private const float T3 = -5.37397155531e-2f;
    private const float T2 = 1.33314422036e-1f;
    private const float T1 = -3.33332819422e-1f;
    private const float TanhSmall = 0.625f;

    /// <summary>e to the power of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // The native forms return the second operand when one is NaN, so NaN passes through.
        x = Vector512.MinNative(Vector512.Create(ExpHighest), Vector512.MaxNative(Vector512.Create(ExpLowest), x));
        Vector512<float> n = Avx512F.IsSupported
            ? Avx512F.RoundScale(x * Log2E, 0x08)
            : Vector512.Round(x * Log2E);
        Vector512<float> r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-Ln2High), x);
        r = Vector512.MultiplyAddEstimate(n, Vector512.Create(-Ln2Low), r);
        Vector512<float> p = Vector512.Create(E6);
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E5));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E4));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E3));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E2));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(E1));
        p = Vector512.MultiplyAddEstimate(p, r * r, r + Vector512<float>.One);
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(p, n);
        }
        Vector512<int> i = Vector512.ConvertToInt32Native(n);
        Vector512<int> half = i >> 1;
        return p * Power2(half) * Power2(i - half);
    }

    /// <inheritdoc cref="Exp(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        x = Vector256.MinNative(Vector256.Create(ExpHighest), Vector256.MaxNative(Vector256.Create(ExpLowest), x));
        Vector256<float> n = Vector256.Round(x * Log2E);
        Vector256<float> r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2High), x);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2Low), r);
        Vector256<float> p = Vector256.Create(E6);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E5));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E4));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E3));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E2));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(E1));
        p = Vector256.MultiplyAddEstimate(p, r * r, r + Vector256<float>.One);
        Vector256<int> i = Vector256.ConvertToInt32Native(n);
        Vector256<int> half = i >> 1;
        return p * Power2(half) * Power2(i - half);
    }

    /// <inheritdoc cref="Exp(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp(Vector128<float> x)
    {
        // Without a hardware guarantee on the order of operands (ARM), NaN is put back at the end.
        Vector128<float> y = Vector128.MinNative(Vector128.Create(ExpHighest), Vector128.MaxNative(Vector128.Create(ExpLowest), x));
        Vector128<float> n = Vector128.Round(y * Log2E);
        Vector128<float> r = Vector128.MultiplyAddEstimate(n, Vector128.Create(-Ln2High), y);
        r = Vector128.MultiplyAddEstimate(n, Vector128.Create(-Ln2Low), r);
        Vector128<float> p = Vector128.Create(E6);
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E5));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E4));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E3));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E2));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(E1));
        p = Vector128.MultiplyAddEstimate(p, r * r, r + Vector128<float>.One);
        Vector128<int> i = Vector128.ConvertToInt32Native(n);
        Vector128<int> half = i >> 1;
        return Vector128.ConditionalSelect(Vector128.IsNaN(x), x, p * Power2(half) * Power2(i - half));
    }

    /// <summary>e to the power of x.</summary>
    public static float Exp(float x) => MathF.Exp(x);

    /// <summary>2 to the power of each lane: shorter than <see cref="Exp(Vector512{float})"/>, which makes it the exponential of choice inside softmax.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x)
    {
        x = Vector512.MinNative(Vector512.Create(Exp2Highest), Vector512.MaxNative(Vector512.Create(Exp2Lowest), x));
        Vector512<float> n = Avx512F.IsSupported ? Avx512F.RoundScale(x, 0x08) : Vector512.Round(x);
        Vector512<float> r = x - n;
        Vector512<float> p = Vector512.Create(B6);
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(B5));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(B4));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(B3));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(B2));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512.Create(B1));
        p = Vector512.MultiplyAddEstimate(p, r, Vector512<float>.One);
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(p, n);
        }
        Vector512<int> i = Vector512.ConvertToInt32Native(n);
        Vector512<int> half = i >> 1;
        return p * Power2(half) * Power2(i - half);
    }

    /// <inheritdoc cref="Exp2(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> x)
    {
        x = Vector256.MinNative(Vector256.Create(Exp2Highest), Vector256.MaxNative(Vector256.Create(Exp2Lowest), x));
        Vector256<float> n = Vector256.Round(x);
        Vector256<float> r = x - n;
        Vector256<float> p = Vector256.Create(B6);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(B5));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(B4));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(B3));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(B2));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(B1));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256<float>.One);
        Vector256<int> i = Vector256.ConvertToInt32Native(n);
        Vector256<int> half = i >> 1;
        return p * Power2(half) * Power2(i - half);
    }

    /// <inheritdoc cref="Exp2(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Exp2(Vector128<float> x)
    {
        Vector128<float> y = Vector128.MinNative(Vector128.Create(Exp2Highest), Vector128.MaxNative(Vector128.Create(Exp2Lowest), x));
        Vector128<float> n = Vector128.Round(y);
        Vector128<float> r = y - n;
        Vector128<float> p = Vector128.Create(B6);
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(B5));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(B4));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(B3));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(B2));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128.Create(B1));
        p = Vector128.MultiplyAddEstimate(p, r, Vector128<float>.One);
        Vector128<int> i = Vector128.ConvertToInt32Native(n);
        Vector128<int> half = i >> 1;
        return Vector128.ConditionalSelect(Vector128.IsNaN(x), x, p * Power2(half) * Power2(i - half));
    }

    /// <summary>2 to the power of x.</summary>
    public static float Exp2(float x) => float.Exp2(x);

    /// <summary>Hyperbolic tangent of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        Vector512<float> magnitude = Vector512.Abs(x);
        Vector512<float> z = x * x;
        Vector512<float> p = Vector512.Create(T5);
        p = Vector512.MultiplyAddEstimate(p, z, Vector512.Create(T4));
        p = Vector512.MultiplyAddEstimate(p, z, Vector512.Create(T3));
        p = Vector512.MultiplyAddEstimate(p, z, Vector512.Create(T2));
        p = Vector512.MultiplyAddEstimate(p, z, Vector512.Create(T1));
        Vector512<float> small = Vector512.MultiplyAddEstimate(p * z, x, x);
        Vector512<float> large = Vector512<float>.One - (Vector512.Create(2f) / (Exp(magnitude + magnitude) + Vector512<float>.One));
        large = Vector512.CopySign(large, x);
        return Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(TanhSmall)), small, large);
    }

    /// <inheritdoc cref="Tanh(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        Vector256<float> magnitude = Vector256.Abs(x);
        Vector256<float> z = x * x;
        Vector256<float> p = Vector256.Create(T5);
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(T4));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(T3));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(T2));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(T1));
        Vector256<float> small = Vector256.MultiplyAddEstimate(p * z, x, x);
        Vector256<float> large = Vector256<float>.One - (Vector256.Create(2f) / (Exp(magnitude + magnitude) + Vector256<float>.One));
        large = Vector256.CopySign(large, x);
        return Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(TanhSmall)), small, large);
    }

    /// <inheritdoc cref="Tanh(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Tanh(Vector128<float> x)
    {
        Vector128<float> magnitude = Vector128.Abs(x);
        Vector128<float> z = x * x;
        Vector128<float> p = Vector128.Create(T5);
        p = Vector128.MultiplyAddEstimate(p, z, Vector128.Create(T4));
        p = Vector128.MultiplyAddEstimate(p, z, Vector128.Create(T3));
        p = Vector128.MultiplyAddEstimate(p, z, Vector128.Create(T2));
        p = Vector128.MultiplyAddEstimate(p, z, Vector128.Create(T1));
        Vector128<float> small = Vector128.MultiplyAddEstimate(p * z, x, x);
        Vector128<float> large = Vector128<float>.One - (Vector128.Create(2f) / (Exp(magnitude + magnitude) + Vector128<float>.One));
        large = Vector128.CopySign(large, x);
        return Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(TanhSmall)), small, large);
    }

    /// <summary>Hyperbolic tangent of x.</summary>
    public static float Tanh(float x) => MathF.Tanh(x);

    /// <summary>1 / (1 + e^-x) of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    /// <inheritdoc cref="Sigmoid(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Exp(-x));

    /// <inheritdoc cref="Sigmoid(Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sigmoid(Vector128<float> x) => Vector128<float>.One / (Vector128<float>.One + Exp(-x));

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x) => 1f / (1f + MathF.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Power2(Vector512<int> n) => ((n + Vector512.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Power2(Vector256<int> n) => ((n + Vector256.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Power2(Vector128<int> n) => ((n + Vector128.Create(127)) << 23).AsSingle();
}
