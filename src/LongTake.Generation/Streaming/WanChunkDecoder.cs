using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>The Wan 2.1 autoencoder as a chunk decoder.</summary>
public sealed class WanChunkDecoder : IChunkDecoder
{
    private readonly WanVaeDecoder _decoder;
    private readonly WanVaeStreamingDecoder _stream;

    /// <summary>Starts a stream.</summary>
    /// <param name="decoder">The network; stays the caller's.</param>
    /// <exception cref="ArgumentException">It does not give four frames a latent frame.</exception>
    public WanChunkDecoder(WanVaeDecoder decoder)
    {
        if (decoder.Config.TemporalFactor != VideoTime.FramesPerLatent)
        {
            throw new ArgumentException(
                $"The autoencoder gives {decoder.Config.TemporalFactor} frames a latent frame; " +
                $"streaming is made for {VideoTime.FramesPerLatent}.",
                nameof(decoder));
        }
        _decoder = decoder;
        _stream = new WanVaeStreamingDecoder(decoder);
        WeightBytes = WanVaeDecoder.Specs(decoder.Config).Sum(s => s.Shape.Count) * sizeof(float);
    }

    /// <summary>Pixels a latent pixel, for <see cref="VideoOptions.SpatialStride"/>.</summary>
    public int SpatialStride => _decoder.Config.SpatialFactor;

    /// <inheritdoc/>
    public long WeightBytes { get; }

    /// <inheritdoc/>
    public long WorkingBytes(int frames, int height, int width)
    {
        WanVaeConfig config = _decoder.Config;
        int levels = config.DimMult.Count;
        long total = 0;
        long widest = 0;
        for (int level = 0; level < levels; level++)
        {
            // Levels from the latent's size up; two frames are remembered before each of the two convolutions of a block.
            long frame = sizeof(float) * (long)config.Dim * config.DimMult[levels - 1 - level] * (height << level) * (width << level);
            total += 2 * 2 * (config.ResBlockCount + 1) * frame;
            widest = Math.Max(widest, frame);
        }

        // A few intermediates of the widest level at a time, and the frames as numbers and as bytes.
        const int Intermediates = 4;
        const long SmallPart = 16L << 20;
        long pixels = (long)VideoTime.FramesPerLatent * frames * height * width * SpatialStride * SpatialStride * 3;
        long part = Math.Max(widest, Math.Min(SmallPart, widest * frames * VideoTime.FramesPerLatent));
        return total + (Intermediates * part) + (pixels * (sizeof(float) + 1));
    }

    /// <inheritdoc/>
    public Tensor Decode(Compute compute, Tensor latents) => _stream.Decode(compute, latents);

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> SaveState() => _stream.Save();

    /// <inheritdoc/>
    public void RestoreState(IReadOnlyList<Tensor> state) => _stream.Load(state);

    /// <inheritdoc/>
    public void Reset() => _stream.Reset();

    /// <summary>Frees what the stream remembers.</summary>
    public void Dispose() => _stream.Dispose();
}
