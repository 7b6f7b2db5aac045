using LongTake.Generation.Cache;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Generation.Context;

/// <summary>What frames have to do with the prompt. Source: kv-cache-strategies.md 3.13 (MemFlow, arXiv 2512.14699).</summary>
internal static class TextRelevance
{
    /// <summary>
    /// The mean over heads, words and tokens of (text key . frame key), but for a factor that is the same for all frames: the mean of products
    /// is the product of means, head by head.
    /// </summary>
    /// <param name="cache">Gives text keys and frame keys.</param>
    /// <param name="layer">Transformer block.</param>
    /// <param name="sample">Sample.</param>
    /// <param name="firstSlot">Slot of the first frame.</param>
    /// <param name="scores">Takes one score a frame; they lie in as many slots.</param>
    public static void Product(KeyValueCache cache, int layer, int sample, int firstSlot, Span<double> scores)
    {
        using TensorScope scope = TensorScope.Open();
        CacheLayout layout = cache.Layout;
        Backend backend = cache.Compute.Backend;
        int width = layout.Heads * layout.HeadDim;
        Tensor text = cache.TextKeys!(layer);
        Tensor words = Tensor.Empty([1, width]);
        Tensor mean = Tensor.Empty([1, width]);
        backend.SumMiddle(text.Rows(sample, 1), 1, text.Shape[1], width, 1f / text.Shape[1], words, add: false);
        Tensor keys = Keys(cache, layer, sample, firstSlot, scores.Length);
        for (int i = 0; i < scores.Length; i++)
        {
            backend.SumMiddle(keys.Rows(i, 1), 1, layout.TokensPerFrame, width, 1f / layout.TokensPerFrame, mean, add: false);
            double score = 0;
            for (int c = 0; c < width; c++)
            {
                score += (double)words.Span[c] * mean.Span[c];
            }
            scores[i] = score;
        }
    }

    /// <summary>
    /// The mean over heads, words and tokens of softmax((text key . frame key) / sqrt(D)), the softmax over the tokens of all frames together, but
    /// for the number of tokens: the share of attention that a frame gets.
    /// </summary>
    /// <param name="cache">Gives text keys and frame keys.</param>
    /// <param name="layer">Transformer block.</param>
    /// <param name="sample">Sample.</param>
    /// <param name="firstSlot">Slot of the first frame.</param>
    /// <param name="scores">Takes one score a frame, together 1; they lie in as many slots.</param>
    public static void Softmax(KeyValueCache cache, int layer, int sample, int firstSlot, Span<double> scores)
    {
        using TensorScope scope = TensorScope.Open();
        CacheLayout layout = cache.Layout;
        Backend backend = cache.Compute.Backend;
        int tokens = scores.Length * layout.TokensPerFrame;
        Tensor text = cache.TextKeys!(layer).Rows(sample, 1);
        int count = text.Shape[1];
        Tensor words = cache.Compute.Permute(text, [0, 2, 1, 3]).View([layout.Heads, count, layout.HeadDim]);
        Tensor keys = Keys(cache, layer, sample, firstSlot, scores.Length).View([1, tokens, layout.Heads, layout.HeadDim]);
        keys = cache.Compute.Permute(keys, [0, 2, 1, 3]).View([layout.Heads, tokens, layout.HeadDim]);
        Tensor shares = Tensor.Empty([count, tokens]);
        Tensor sums = Tensor.Zeros([1, tokens]);
        for (int h = 0; h < layout.Heads; h++)
        {
            Tensor query = words.Row(h);
            backend.MatMul(query, keys.Row(h), shares, transposeA: false, transposeB: true, accumulate: false);
            backend.Affine(shares, 1f / MathF.Sqrt(layout.HeadDim), 0f, shares);
            backend.Softmax(shares, shares);
            backend.SumMiddle(shares, 1, count, tokens, 1f / (count * layout.Heads), sums, add: true);
        }
        for (int i = 0; i < scores.Length; i++)
        {
            double score = 0;
            foreach (float share in sums.Span.Slice(i * layout.TokensPerFrame, layout.TokensPerFrame))
            {
                score += share;
            }
            scores[i] = score;
        }
    }

    /// <summary>Keys of frames before rotation, [frames, P x H x D].</summary>
    private static Tensor Keys(KeyValueCache cache, int layer, int sample, int firstSlot, int frames)
    {
        CacheLayout layout = cache.Layout;
        int width = layout.TokensPerFrame * layout.Heads * layout.HeadDim;
        Tensor keys = cache.Keys(layer).View([layout.Batch * cache.Capacity, width]).Rows((sample * cache.Capacity) + firstSlot, frames);
        if (keys.DType == DType.F32)
        {
            return keys;
        }
        Tensor wide = Tensor.Empty(keys.Shape);
        cache.Compute.Backend.Cast(keys, wide);
        return wide;
    }
}
