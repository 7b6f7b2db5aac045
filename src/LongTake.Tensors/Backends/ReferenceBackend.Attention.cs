using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void Attention(Tensor q, Tensor k, Tensor v, Tensor y, in AttentionOptions options, Tensor? logSumExp)
    {
        if (q.DType == DType.F64)
        {
            Attention<double>(q, k, v, y, options, logSumExp);
        }
        else
        {
            Attention<float>(q, k, v, y, options, logSumExp);
        }
    }

    /// <inheritdoc/>
    public override void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor y, Tensor dy, Tensor logSumExp, in AttentionOptions options, in AttentionGradients gradients)
    {
        if (q.DType == DType.F64)
        {
            AttentionBackward<double>(q, k, v, y, dy, logSumExp, options, gradients);
        }
        else
        {
            AttentionBackward<float>(q, k, v, y, dy, logSumExp, options, gradients);
        }
    }

    private static void Attention<T>(Tensor q, Tensor k, Tensor v, Tensor y, in AttentionOptions options, Tensor? logSumExp)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Shape s = q.Shape;
        int heads = s[2], width = s[3], keys = k.Shape[1];
        Span<T> value = v.AsSpan<T>(), output = y.AsSpan<T>();
        Span<T> sums = logSumExp is null ? default : logSumExp.AsSpan<T>();
        T[] scores = new T[keys];
        for (int b = 0; b < s[0]; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < s[1]; i++)
                {
                    T logSum = Scores<T>(q, k, options, b, h, i, scores);
                    if (!sums.IsEmpty)
                    {
                        sums[(((b * heads) + h) * s[1]) + i] = logSum;
                    }
                    Span<T> row = output.Slice((((b * s[1]) + i) * heads + h) * width, width);
                    row.Clear();
                    for (int j = 0; j < keys; j++)
                    {
                        T p = T.Exp(scores[j] - logSum);
                        for (int d = 0; d < width; d++)
                        {
                            row[d] += p * value[((((b * keys) + j) * heads + h) * width) + d];
                        }
                    }
                }
            }
        }
    }

    private static void AttentionBackward<T>(
        Tensor q, Tensor k, Tensor v, Tensor y, Tensor dy, Tensor logSumExp, in AttentionOptions options, in AttentionGradients gradients)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Shape s = q.Shape;
        int heads = s[2], width = s[3], keys = k.Shape[1];
        Span<T> query = q.AsSpan<T>(), key = k.AsSpan<T>(), value = v.AsSpan<T>(), output = y.AsSpan<T>(), dOutput = dy.AsSpan<T>();
        Span<T> dQ = gradients.Q is null ? default : gradients.Q.AsSpan<T>();
        Span<T> dK = gradients.K is null ? default : gradients.K.AsSpan<T>();
        Span<T> dV = gradients.V is null ? default : gradients.V.AsSpan<T>();
        Span<T> dBias = gradients.Bias is null ? default : gradients.Bias.AsSpan<T>();
        T scale = Scale<T>(options, width);
        T[] scores = new T[keys];
        for (int b = 0; b < s[0]; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < s[1]; i++)
                {
                    T logSum = Scores<T>(q, k, options, b, h, i, scores);
                    int at = (((b * s[1]) + i) * heads + h) * width;
                    T delta = T.Zero;
                    for (int d = 0; d < width; d++)
                    {
                        delta += dOutput[at + d] * output[at + d];
                    }
                    for (int j = 0; j < keys; j++)
                    {
                        int to = ((((b * keys) + j) * heads) + h) * width;
                        T p = T.Exp(scores[j] - logSum);
                        T dp = T.Zero;
                        for (int d = 0; d < width; d++)
                        {
                            dp += dOutput[at + d] * value[to + d];
                        }
                        T ds = p * (dp - delta);
                        if (!dBias.IsEmpty)
                        {
                            dBias[(((h * s[1]) + i) * keys) + j] += ds;
                        }
                        for (int d = 0; d < width; d++)
                        {
                            if (!dQ.IsEmpty)
                            {
                                dQ[at + d] += scale * ds * key[to + d];
                            }
                            if (!dK.IsEmpty)
                            {
                                dK[to + d] += scale * ds * query[at + d];
                            }
                            if (!dV.IsEmpty)
                            {
                                dV[to + d] += p * dOutput[at + d];
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>Fills one row of masked, scaled scores and returns the logarithm of its softmax denominator, 0 if nothing is seen.</summary>
    private static T Scores<T>(Tensor q, Tensor k, in AttentionOptions options, int b, int h, int i, T[] scores)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int heads = q.Shape[2], width = q.Shape[3], queries = q.Shape[1], keys = k.Shape[1];
        Span<T> query = q.AsSpan<T>().Slice((((b * queries) + i) * heads + h) * width, width);
        Span<T> key = k.AsSpan<T>();
        T scale = Scale<T>(options, width);
        int length = options.KeyLengths?[b] ?? keys;
        T max = T.NegativeInfinity;
        for (int j = 0; j < keys; j++)
        {
            if (j >= length || (options.Mask is Tensor mask && mask.AsSpan<byte>()[(i * keys) + j] == 0))
            {
                scores[j] = T.NegativeInfinity;
                continue;
            }
            T sum = T.Zero;
            for (int d = 0; d < width; d++)
            {
                sum += query[d] * key[((((b * keys) + j) * heads + h) * width) + d];
            }
            sum *= scale;
            if (options.DistanceFactors is Tensor factors && sum > T.Zero)
            {
                sum *= factors.AsSpan<T>()[i - j + keys - 1];
            }
            if (options.Bias is Tensor bias)
            {
                sum += bias.AsSpan<T>()[(((h * queries) + i) * keys) + j];
            }
            scores[j] = sum;
            max = T.Max(max, sum);
        }
        if (T.IsNegativeInfinity(max))
        {
            return T.Zero;
        }
        T total = T.Zero;
        for (int j = 0; j < keys; j++)
        {
            total += T.Exp(scores[j] - max);
        }
        return max + T.Log(total);
    }

    private static T Scale<T>(in AttentionOptions options, int width)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        options.Scale is float scale ? T.CreateChecked(scale) : T.One / T.Sqrt(T.CreateChecked(width));
}
