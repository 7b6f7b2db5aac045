using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Generation.Cache;

// Averages that follow faster where more has changed.
public sealed partial class KeyValueCache
{
    private float[] _changes = [];

    /// <summary>
    /// Mixes the mean of frames, token by token, into one slot, in all layers, with a weight of its own for each token, sample and layer:
    /// weight x (least + (most - least) c / c_max), where c is how far the token's mean key is from the slot's (mean over heads) and c_max the
    /// largest such distance. Values take the weights of their keys. Source: kv-cache-strategies.md 3.11 (adaptive mode).
    /// </summary>
    /// <param name="from">First slot to read.</param>
    /// <param name="frames">How many.</param>
    /// <param name="to">Slot to change.</param>
    /// <param name="weight">Weight of the mean.</param>
    /// <param name="least">What the weight is multiplied with where nothing has changed.</param>
    /// <param name="most">What it is multiplied with where most has.</param>
    /// <exception cref="ArgumentOutOfRangeException">A slot is not in use, or a weight does not lie between 0 and 1.</exception>
    public void BlendMeanByChange(int from, int frames, int to, double weight, double least, double most)
    {
        CheckSlots(from, frames);
        CheckSlots(to, 1);
        CheckWeight(weight * least);
        CheckWeight(weight * most);
        int perFrame = Layout.TokensPerFrame;
        int width = Layout.Heads * Layout.HeadDim;
        Backend backend = _compute.Backend;
        if (_changes.Length == 0)
        {
            _changes = new float[perFrame];
        }
        for (int i = 0; i < _keys.Length; i++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor mean = Tensor.Empty([1, perFrame * width]);
            for (int b = 0; b < Layout.Batch; b++)
            {
                for (int pool = i; pool < 2 * _keys.Length; pool += _keys.Length)
                {
                    Tensor slots = Slots(pool);
                    backend.SumMiddle(slots.Rows((b * Capacity) + from, frames), 1, frames, perFrame * width, 1f / frames, mean, add: false);
                    Span<float> target = slots.Row((b * Capacity) + to).Span;
                    if (pool == i)
                    {
                        Compare(mean.Span, target, (float)(weight * least), (float)(weight * most));
                    }
                    for (int t = 0; t < perFrame; t++)
                    {
                        Mix(mean.Span.Slice(t * width, width), target.Slice(t * width, width), _changes[t]);
                    }
                }
            }
        }
    }

    /// <summary>The weight of each token, from how far keys lie apart.</summary>
    private void Compare(ReadOnlySpan<float> mean, ReadOnlySpan<float> held, float least, float most)
    {
        int width = Layout.HeadDim;
        float largest = 0;
        for (int t = 0; t < _changes.Length; t++)
        {
            double sum = 0;
            for (int h = 0; h < Layout.Heads; h++)
            {
                int at = ((t * Layout.Heads) + h) * width;
                double square = 0;
                for (int c = at; c < at + width; c++)
                {
                    double difference = mean[c] - held[c];
                    square += difference * difference;
                }
                sum += Math.Sqrt(square);
            }
            _changes[t] = (float)(sum / Layout.Heads);
            largest = Math.Max(largest, _changes[t]);
        }
        foreach (ref float change in _changes.AsSpan())
        {
            change = least + (largest > 0 ? change / largest * (most - least) : 0);
        }
    }

    private static void Mix(ReadOnlySpan<float> source, Span<float> target, float weight)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] += weight * (source[i] - target[i]);
        }
    }
}
