using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>Decodes latents to frames chunk by chunk; what it keeps in between belongs to one video.</summary>
public interface IChunkDecoder : IDisposable
{
    /// <summary>Bytes of weights.</summary>
    long WeightBytes { get; }

    /// <summary>Bytes needed to decode a chunk of this size, what is kept between chunks included.</summary>
    /// <param name="frames">Latent frames of a chunk.</param>
    /// <param name="height">Rows of a latent frame.</param>
    /// <param name="width">Columns of a latent frame.</param>
    long WorkingBytes(int frames, int height, int width);

    /// <summary>Decodes the next latents of the video.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="latents">[1, C, n, h, w].</param>
    /// <returns>[1, 3, F, H, W] in [-1, 1] (not clamped), F = 4 n, less 3 for the first chunk of a video.</returns>
    Tensor Decode(Compute compute, Tensor latents);

    /// <summary>Copies of what is kept between chunks; the caller's.</summary>
    IReadOnlyList<Tensor> SaveState();

    /// <summary>Takes up where <see cref="SaveState"/> was called.</summary>
    /// <param name="state">Stays the caller's.</param>
    void RestoreState(IReadOnlyList<Tensor> state);

    /// <summary>Forgets the video so far, for another.</summary>
    void Reset();
}
