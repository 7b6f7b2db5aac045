using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>The newest clean latents, for computing their keys and values anew. A ring in native memory, made once.</summary>
internal sealed class LatentHistory : IDisposable
{
    private readonly Tensor _ring;
    private readonly int _batch;
    private readonly int _frameSize;
    private readonly Shape _frame;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">Latent frames remembered.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="frame">[C, H, W].</param>
    public LatentHistory(int capacity, int batch, Shape frame)
    {
        _batch = batch;
        _frame = frame;
        _frameSize = checked((int)frame.Count);
        _ring = TensorScope.Detach(Tensor.Zeros([capacity, batch, _frameSize]));
    }

    /// <summary>Latent frames there is room for.</summary>
    public int Capacity => _ring.Shape[0];

    /// <summary>Memory of the ring, in slot order (frame i lies in slot i modulo the capacity).</summary>
    public Tensor Ring => _ring;

    /// <summary>Remembers frames [B, n, C, H, W], n at most the capacity; the first is number <paramref name="firstFrame"/>.</summary>
    public void Add(long firstFrame, Tensor latents)
    {
        int n = latents.Shape[1];
        for (int b = 0; b < _batch; b++)
        {
            for (int f = 0; f < n; f++)
            {
                latents.Span.Slice(((b * n) + f) * _frameSize, _frameSize).CopyTo(Slot(firstFrame + f, b));
            }
        }
    }

    /// <summary>Frames <paramref name="firstFrame"/> on, [B, n, C, H, W].</summary>
    public Tensor Get(long firstFrame, int n)
    {
        Tensor result = Tensor.Empty([_batch, n, _frame[0], _frame[1], _frame[2]]);
        for (int b = 0; b < _batch; b++)
        {
            for (int f = 0; f < n; f++)
            {
                Slot(firstFrame + f, b).CopyTo(result.Span[(((b * n) + f) * _frameSize)..]);
            }
        }
        return result;
    }

    public void Dispose() => _ring.Dispose();

    private Span<float> Slot(long frame, int sample) =>
        _ring.Span.Slice(((checked((int)(frame % Capacity)) * _batch) + sample) * _frameSize, _frameSize);
}
