using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Generation.Cache;

// Folding frames that are about to leave into slots that stay. Keys are averaged before rotation: averages of rotated keys would cancel.
public sealed partial class KeyValueCache
{
    /// <summary>
    /// Mixes frames into others, token by token, in all layers: to + i := (1 - weight) (to + i) + weight (from + i), for keys before
    /// rotation and for values. Source: kv-cache-strategies.md 3.10.
    /// </summary>
    /// <param name="from">First slot to read.</param>
    /// <param name="to">First slot to change.</param>
    /// <param name="frames">How many.</param>
    /// <param name="weight">Weight of what is mixed in; 1 copies, 0 changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">A slot is not in use, or the weight does not lie between 0 and 1.</exception>
    public void Blend(int from, int to, int frames, double weight)
    {
        CheckSlots(from, frames);
        CheckSlots(to, frames);
        CheckWeight(weight);
        if (weight == 0)
        {
            return;
        }
        for (int i = 0; i < 2 * _keys.Length; i++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor slots = Slots(i);
            for (int b = 0; b < Layout.Batch; b++)
            {
                Tensor source = slots.Rows((b * Capacity) + from, frames);
                Mix(source, slots.Rows((b * Capacity) + to, frames), weight);
            }
        }
    }

    /// <summary>
    /// Mixes the mean of frames into one slot, in all layers: to := (1 - weight) to + weight mean. The slot may be one of those averaged.
    /// Source: kv-cache-strategies.md 3.11.
    /// </summary>
    /// <param name="from">First slot to read.</param>
    /// <param name="frames">How many.</param>
    /// <param name="to">Slot to change.</param>
    /// <param name="weight">Weight of the mean; 1 replaces what the slot held.</param>
    /// <param name="overTokens">Whether the mean goes over all tokens too, so that every token gets the same; else over frames, token by token.</param>
    /// <exception cref="ArgumentOutOfRangeException">A slot is not in use, or the weight does not lie between 0 and 1.</exception>
    public void BlendMean(int from, int frames, int to, double weight, bool overTokens)
    {
        CheckSlots(from, frames);
        CheckSlots(to, 1);
        CheckWeight(weight);
        int width = Layout.Heads * Layout.HeadDim;
        int perFrame = Layout.TokensPerFrame;
        Backend backend = _compute.Backend;
        for (int i = 0; i < 2 * _keys.Length; i++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor slots = Slots(i);
            Tensor mean = Tensor.Empty([1, perFrame * width]);
            Tensor token = Tensor.Empty([1, width]);
            for (int b = 0; b < Layout.Batch; b++)
            {
                Tensor source = slots.Rows((b * Capacity) + from, frames);
                if (overTokens)
                {
                    backend.SumMiddle(source, 1, frames * perFrame, width, 1f / (frames * perFrame), token, add: false);
                    mean.Clear();
                    backend.SpreadMiddle(token, 1, perFrame, width, 1f, mean);
                }
                else
                {
                    backend.SumMiddle(source, 1, frames, perFrame * width, 1f / frames, mean, add: false);
                }
                Mix(mean, slots.Rows((b * Capacity) + to, 1), weight);
            }
        }
    }

    /// <summary>Notes that a slot holds an average from now on.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="newest">Place in the video of the newest frame in it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slot is not in use.</exception>
    public void MarkMerged(int slot, long newest)
    {
        CheckSlots(slot, 1);
        _frames[slot] = new CachedFrame(newest, FrameRole.Merged);
    }

    private void Mix(Tensor source, Tensor target, double weight)
    {
        if (weight == 1)
        {
            target.CopyFrom(source);
            return;
        }
        _compute.Backend.Affine(target, (float)(1 - weight), 0f, target);
        _compute.Backend.AddScaled(source, (float)weight, target);
    }

    /// <summary>Pool of keys, or after those of all layers of values, as [B x capacity, P x H x D].</summary>
    private Tensor Slots(int pool)
    {
        Tensor t = pool < _keys.Length ? _keys[pool] : _values[pool - _keys.Length];
        return t.View([Layout.Batch * Capacity, Layout.TokensPerFrame * Layout.Heads * Layout.HeadDim]);
    }

    private void CheckSlots(int first, int frames)
    {
        if (first < 0 || frames < 1 || first + frames > _count)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, $"The slots {first}..{first + frames} are not among the {_count} in use.");
        }
    }

    private static void CheckWeight(double weight)
    {
        if (!(weight >= 0 && weight <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "The weight of what is mixed in lies between 0 and 1.");
        }
    }
}
