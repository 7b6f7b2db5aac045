using System.Numerics;
using System.Numerics.Tensors;

namespace LongTake.Tensors.Quantization;

/// <summary>
/// 4-bit "normal float" (NF4): each block of weights is divided by its largest magnitude, and each weight stored as the nearest of 16 values
/// that normally distributed numbers use equally often. Source: "QLoRA: Efficient Finetuning of Quantized LLMs", appendix E.
/// </summary>
public static class NormalFloat4
{
    /// <summary>Weights that share a largest magnitude, unless a file says otherwise.</summary>
    public const int BlockSize = 64;

    private static readonly float[] s_values =
    [
        -1f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1f,
    ];

    private static readonly float[] s_limits = [.. s_values.Zip(s_values.Skip(1), (a, b) => (a + b) / 2)];

    /// <summary>The 16 values, rising.</summary>
    public static ReadOnlySpan<float> Values => s_values;

    /// <summary>Number of the value nearest to <paramref name="x"/>; in the middle between two, the lower.</summary>
    /// <param name="x">A weight divided by its block's largest magnitude.</param>
    public static int Encode(float x)
    {
        int code = 0;
        while (code < s_limits.Length && x > s_limits[code])
        {
            code++;
        }
        return code;
    }

    /// <summary>What weights become when they are stored and read back, in blocks of <see cref="BlockSize"/>, the last of which may be shorter.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="rounded">Receives as many; may be the same memory.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Round(ReadOnlySpan<float> weights, Span<float> rounded)
    {
        CheckLengths(weights, rounded);
        for (int start = 0; start < weights.Length; start += BlockSize)
        {
            int count = Math.Min(BlockSize, weights.Length - start);
            ReadOnlySpan<float> from = weights.Slice(start, count);
            Span<float> to = rounded.Slice(start, count);
            float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(from));
            if (largest == 0f)
            {
                to.Clear();
                continue;
            }
            Vector<float> scale = new(largest);
            int i = 0;
            for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> x = new Vector<float>(from[i..]) / scale;
                Vector<float> nearest = new(s_values[0]);
                for (int code = 0; code < s_limits.Length; code++)
                {
                    nearest = Vector.ConditionalSelect(Vector.GreaterThan(x, new Vector<float>(s_limits[code])), new Vector<float>(s_values[code + 1]), nearest);
                }
                (nearest * scale).CopyTo(to[i..]);
            }
            for (; i < count; i++)
            {
                to[i] = s_values[Encode(from[i] / largest)] * largest;
            }
        }
    }

    /// <summary>The same, one weight at a time: the reference of <see cref="Round"/>.</summary>
    /// <inheritdoc cref="Round"/>
    public static void RoundScalar(ReadOnlySpan<float> weights, Span<float> rounded)
    {
        CheckLengths(weights, rounded);
        for (int start = 0; start < weights.Length; start += BlockSize)
        {
            int end = Math.Min(start + BlockSize, weights.Length);
            float largest = 0f;
            for (int i = start; i < end; i++)
            {
                largest = MathF.Max(largest, MathF.Abs(weights[i]));
            }
            for (int i = start; i < end; i++)
            {
                rounded[i] = largest == 0f ? 0f : s_values[Encode(weights[i] / largest)] * largest;
            }
        }
    }

    private static void CheckLengths(ReadOnlySpan<float> weights, Span<float> rounded)
    {
        if (weights.Length != rounded.Length)
        {
            throw new ArgumentException($"There are {weights.Length} weights and room for {rounded.Length}.", nameof(rounded));
        }
    }
}
