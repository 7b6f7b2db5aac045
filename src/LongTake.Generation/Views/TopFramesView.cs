using LongTake.Generation.Cache;
using LongTake.Tensors;

namespace LongTake.Generation.Views;

/// <summary>
/// Sparse memory activation: of the frames that are held beside the window (a sink, a bank, averages) each head attends to those few that its
/// queries are nearest to, and to the window as a whole. Nearness is the product of the mean query with the mean key of a frame, both after
/// rotation, for each sample and head. The window is the newest frames, as far back as none is missing; while all that is held follows
/// on each other, nothing is hidden.
/// Source: kv-cache-strategies.md 3.13, autoregressive-streaming.md 8.6 (MemFlow, arXiv 2512.14699).
/// </summary>
public sealed class TopFramesView : IViewPolicy
{
    /// <summary>MemFlow's number of frames.</summary>
    public const int DefaultTop = 3;

    private float[] _scores = [];

    /// <summary>Makes the policy.</summary>
    /// <param name="top">Frames beside the window that a head attends to, at least 1.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public TopFramesView(int top = DefaultTop)
    {
        if (top < 1)
        {
            throw new ArgumentException($"top is {top}; it counts the frames beside the window that a head attends to, and is at least 1.", nameof(top));
        }
        Top = top;
    }

    /// <summary>Frames beside the window that a head attends to.</summary>
    public int Top { get; }

    /// <inheritdoc/>
    public int SlotsPerHead(in CacheCall call) => call.Held.Length - Math.Max(0, Memory(call.Held) - Top);

    /// <inheritdoc/>
    public void SelectSlots(Compute compute, in CacheCall call, int layer, Tensor queries, Tensor keys, Span<int> slots)
    {
        using TensorScope scope = TensorScope.Open();
        Shape shape = queries.Shape;
        (int batch, int tokens, int heads, int width) = (shape[0], shape[1], shape[2], shape[2] * shape[3]);
        int held = call.Held.Length;
        int memory = Memory(call.Held);
        int perFrame = keys.Shape[1] / held;
        int perHead = slots.Length / (batch * heads);
        if (_scores.Length < memory)
        {
            _scores = new float[held];
        }
        Tensor query = Tensor.Empty([batch, width]);
        compute.Backend.SumMiddle(queries, batch, tokens, width, 1f / tokens, query, add: false);
        Tensor means = Tensor.Empty([memory, width]);
        for (int b = 0; b < batch; b++)
        {
            Tensor own = keys.View([batch * held, perFrame * width]).Rows(b * held, memory);
            compute.Backend.SumMiddle(own, memory, perFrame, width, 1f / perFrame, means, add: false);
            for (int h = 0; h < heads; h++)
            {
                ReadOnlySpan<float> q = query.Row(b).Span.Slice(h * shape[3], shape[3]);
                for (int i = 0; i < memory; i++)
                {
                    _scores[i] = Dot(q, means.Row(i).Span.Slice(h * shape[3], shape[3]));
                }
                Choose(_scores.AsSpan(0, memory), held, slots.Slice(((b * heads) + h) * perHead, perHead));
            }
        }
    }

    /// <summary>Slots before the window.</summary>
    internal static int Memory(ReadOnlySpan<CachedFrame> held)
    {
        int first = held.Length;
        while (first > 0 && held[first - 1].Role == FrameRole.Frame && (first == held.Length || held[first - 1].Index + 1 == held[first].Index))
        {
            first--;
        }
        return first;
    }

    /// <summary>The best of the memory, of equal ones the oldest, and all of the window.</summary>
    private void Choose(Span<float> scores, int held, Span<int> slots)
    {
        for (int n = 0; n < Top; n++)
        {
            int best = -1;
            for (int i = 0; i < scores.Length; i++)
            {
                // What has been chosen is no number any more. What is none from the start counts least.
                if (!float.IsNaN(scores[i]) && (best < 0 || scores[i] > scores[best]))
                {
                    best = i;
                }
            }
            slots[n] = best < 0 ? n : best;
            if (best >= 0)
            {
                scores[best] = float.NaN;
            }
        }
        slots[..Top].Sort();
        for (int n = Top; n < slots.Length; n++)
        {
            slots[n] = held - slots.Length + n;
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
