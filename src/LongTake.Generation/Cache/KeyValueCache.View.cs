using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// Calls in which heads attend to some of the slots only, each to its own.
public sealed partial class KeyValueCache
{
    private int[] _seenSlots = [];

    /// <summary>What of rotated keys and of values [B, held x P, H, D] is attended to: [B, seen x P, H, D].</summary>
    private (Tensor Keys, Tensor Values) Seen(Compute compute, int layer, Tensor queries, Tensor keys, Tensor values)
    {
        CacheCall call = Call();
        int perHead = _view.SlotsPerHead(call);
        if (perHead == _count)
        {
            return (keys, values);
        }
        if (perHead < 1 || perHead > _count)
        {
            throw new InvalidOperationException($"A view wants {perHead} of {_count} slots.");
        }
        if (compute.IsRecording)
        {
            throw new NotSupportedException("Gradients do not flow through a view of some of the frames held; train with all of them in view.");
        }
        if (_seenSlots.Length == 0)
        {
            _seenSlots = new int[Layout.Batch * Layout.Heads * Capacity];
        }
        Span<int> slots = _seenSlots.AsSpan(0, Layout.Batch * Layout.Heads * perHead);
        _view.SelectSlots(compute, call, layer, queries, keys, slots);
        if (slots.ContainsAnyExceptInRange(0, _count - 1))
        {
            throw new InvalidOperationException($"A view chose a slot that is not among the {_count} held.");
        }
        return (Pick(keys, slots, perHead), Pick(values, slots, perHead));
    }

    private Tensor Pick(Tensor held, ReadOnlySpan<int> slots, int perHead)
    {
        (int batch, int heads, int width, int perFrame) = (Layout.Batch, Layout.Heads, Layout.HeadDim, Layout.TokensPerFrame);
        Tensor seen = Tensor.Empty(held.Shape.With(1, perHead * perFrame));
        ReadOnlySpan<float> from = held.Span;
        Span<float> to = seen.Span;
        for (int b = 0; b < batch; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                ReadOnlySpan<int> own = slots.Slice(((b * heads) + h) * perHead, perHead);
                for (int i = 0; i < perHead * perFrame; i++)
                {
                    int row = (b * _count * perFrame) + (own[i / perFrame] * perFrame) + (i % perFrame);
                    int target = (b * perHead * perFrame) + i;
                    from.Slice(((row * heads) + h) * width, width).CopyTo(to[(((target * heads) + h) * width)..]);
                }
            }
        }
        return seen;
    }
}
