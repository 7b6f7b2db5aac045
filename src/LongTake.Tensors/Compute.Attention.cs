using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>Scaled dot-product attention per sample and head; the score matrix is never stored.</summary>
    /// <param name="q">[B, Nq, H, D].</param>
    /// <param name="k">[B, Nk, H, D].</param>
    /// <param name="v">[B, Nk, H, D].</param>
    /// <param name="options">Scale, bias, mask, key lengths and factors by distance.</param>
    /// <returns>[B, Nq, H, D].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">A tape records and there are factors by distance.</exception>
    public Tensor Attention(Tensor q, Tensor k, Tensor v, in AttentionOptions options = default)
    {
        CheckAttention(q, k, v, options);
        Tensor y = Tensor.Empty(q.Shape, q.DType);
        if (Records(q, k, v, options.Bias))
        {
            RecordAttention(q, k, v, options, y);
        }
        else
        {
            Backend.Attention(q, k, v, y, options, logSumExp: null);
        }
        return y;
    }

    private void RecordAttention(Tensor q, Tensor k, Tensor v, AttentionOptions options, Tensor y)
    {
        if (options.DistanceFactors is not null)
        {
            throw new InvalidOperationException("Attention with factors by distance has no gradient; leave them out while a tape records.");
        }
        Tape tape = Tape!;
        Tensor logSumExp = Tensor.Empty([q.Shape[0], q.Shape[2], q.Shape[1]], q.DType);
        Backend.Attention(q, k, v, y, options, logSumExp);
        tape.Add(y, dy => Backend.AttentionBackward(q, k, v, y, dy, logSumExp, options, new AttentionGradients(
            q.RequiresGrad ? tape.GradOf(q) : null,
            k.RequiresGrad ? tape.GradOf(k) : null,
            v.RequiresGrad ? tape.GradOf(v) : null,
            options.Bias is { RequiresGrad: true } bias ? tape.GradOf(bias) : null)));
    }

    private static void CheckAttention(Tensor q, Tensor k, Tensor v, in AttentionOptions options)
    {
        Shape s = q.Shape;
        if (s.Rank != 4 || k.Rank != 4 || k.Shape != v.Shape || s.With(1, 1) != k.Shape.With(1, 1))
        {
            throw new ArgumentException(
                $"Attention takes q [B, Nq, H, D] and k, v [B, Nk, H, D]; these are {s}, {k.Shape} and {v.Shape}.", nameof(q));
        }
        int keys = k.Shape[1];
        if (options.Bias is Tensor bias && (bias.Shape != Shape.Create([s[2], s[1], keys]) || bias.DType != q.DType))
        {
            throw new ArgumentException($"The bias of attention is {q.DType} [{s[2]}, {s[1]}, {keys}] here, not {bias}.", nameof(options));
        }
        if (options.Mask is Tensor mask && (mask.Shape != Shape.Create([s[1], keys]) || mask.DType.Size() != 1))
        {
            throw new ArgumentException($"The mask of attention is U8 [{s[1]}, {keys}] here, not {mask}.", nameof(options));
        }
        if (options.DistanceFactors is Tensor factors && (factors.Shape != Shape.Create([s[1] + keys - 1]) || factors.DType != q.DType))
        {
            throw new ArgumentException($"The factors by distance of attention are {q.DType} [{s[1] + keys - 1}] here, not {factors}.", nameof(options));
        }
        if (options.KeyLengths is int[] lengths)
        {
            if (lengths.Length != s[0])
            {
                throw new ArgumentException($"There are {lengths.Length} key lengths for {s[0]} samples.", nameof(options));
            }
            foreach (int length in lengths)
            {
                if (length < 0 || length > keys)
                {
                    throw new ArgumentException($"A key length of {length} does not lie between 0 and the {keys} keys.", nameof(options));
                }
            }
        }
    }
}
