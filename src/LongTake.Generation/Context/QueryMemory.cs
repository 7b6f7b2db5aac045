using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LongTake.Generation.Cache;
using LongTake.Tensors;

namespace LongTake.Generation.Context;

/// <summary>
/// The queries of the newest frames, summed over the tokens of a frame, for each layer, sample and head: a few kilobytes a layer. What a
/// chunk's last call notes stays.
/// </summary>
/// <param name="frames">How many frames are remembered; 0 for none.</param>
internal sealed class QueryMemory(int frames)
{
    private float[][] _layers = [];

    /// <summary>Notes the queries of a call, in place of those of the same frames before.</summary>
    public void Note(ReadOnlySpan<CachedFrame> called, int layer, Tensor queries, KeyValueCache cache)
    {
        if (frames == 0)
        {
            return;
        }
        CacheLayout layout = cache.Layout;
        int width = layout.Heads * layout.HeadDim;
        if (_layers.Length == 0)
        {
            _layers = new float[layout.Layers][];
            for (int i = 0; i < _layers.Length; i++)
            {
                _layers[i] = new float[layout.Batch * frames * width];
            }
        }
        using TensorScope scope = TensorScope.Open();
        Tensor byFrame = queries.View([layout.Batch * called.Length, layout.TokensPerFrame * width]);
        Tensor sum = Tensor.Empty([1, width]);
        for (int i = Math.Max(0, called.Length - frames); i < called.Length; i++)
        {
            for (int b = 0; b < layout.Batch; b++)
            {
                cache.Compute.Backend.SumMiddle(
                    byFrame.Rows((b * called.Length) + i, 1), 1, layout.TokensPerFrame, width, 1f, sum, add: false);
                int slot = (b * frames) + (int)(called[i].Index % frames);
                sum.Span.CopyTo(_layers[layer].AsSpan(slot * width, width));
            }
        }
    }

    /// <summary>Adds what is remembered of a layer and sample to a sum of queries [H x D].</summary>
    public void AddTo(Span<float> sum, int layer, int sample)
    {
        if (_layers.Length == 0)
        {
            return;
        }
        for (int f = 0; f < frames; f++)
        {
            ReadOnlySpan<float> one = _layers[layer].AsSpan(((sample * frames) + f) * sum.Length, sum.Length);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += one[i];
            }
        }
    }

    /// <summary>Number of layers, then their sums one after the other.</summary>
    public byte[] SaveState()
    {
        int length = _layers.Length == 0 ? 0 : _layers[0].Length * sizeof(float);
        byte[] state = new byte[sizeof(int) + (_layers.Length * length)];
        BinaryPrimitives.WriteInt32LittleEndian(state, _layers.Length);
        for (int i = 0; i < _layers.Length; i++)
        {
            MemoryMarshal.AsBytes<float>(_layers[i]).CopyTo(state.AsSpan(sizeof(int) + (i * length)));
        }
        return state;
    }

    /// <summary>Takes up what was saved.</summary>
    /// <exception cref="ArgumentException">The bytes are no such state.</exception>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        int layers = state.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(state);
        int bytes = state.Length - sizeof(int);
        if (layers < 0 || (layers == 0 ? bytes != 0 : bytes % (layers * sizeof(float)) != 0))
        {
            throw new ArgumentException($"{state.Length} bytes are no saved sums of queries.", nameof(state));
        }
        _layers = new float[layers][];
        for (int i = 0; i < layers; i++)
        {
            _layers[i] = MemoryMarshal.Cast<byte, float>(state.Slice(sizeof(int) + (i * (bytes / layers)), bytes / layers)).ToArray();
        }
    }
}
