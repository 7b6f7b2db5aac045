using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Encodes an endless sequence of frames part by part (1 + 4 + 4 + ...) with the results of <see cref="WanVaeEncoder.Encode"/> over the whole
/// sequence, in constant memory. Source: spec wan-model, section 5.4.
/// </summary>
/// <param name="encoder">The network; it stays the caller's.</param>
public sealed class WanVaeStreamingEncoder(WanVaeEncoder encoder) : IDisposable
{
    private readonly VaeFeatureCache _cache = new(encoder.Slots);

    /// <summary>Small frames go together, as many groups as give intermediates of about this size. The latents do not depend on it.</summary>
    internal long IntermediateBytes { get; init; } = 16L << 20;

    /// <summary>Latent frames made since the beginning of the stream.</summary>
    public long LatentCount => _cache.Latents;

    /// <summary>Encodes the next frames of the stream.</summary>
    /// <param name="c">Where to compute; it must not be recording.</param>
    /// <param name="video">
    /// [B, 3, F, H, W] in [-1, 1]: at the beginning of a stream F = 1 + factor * k, after that a multiple of the factor (4).
    /// </param>
    /// <returns>Normalised latents [B, z, T, h, w].</returns>
    /// <exception cref="ArgumentException">The video has another shape.</exception>
    public Tensor Encode(Compute c, Tensor video)
    {
        encoder.Check(video);
        int factor = encoder.Config.TemporalFactor;
        int frames = video.Shape[2];
        int single = _cache.Latents == 0 ? 1 : 0;
        if (frames % factor != single % factor)
        {
            throw new ArgumentException(
                single == 1
                    ? $"A stream begins with 1, {1 + factor}, {1 + (2 * factor)}, ... frames, not {frames}."
                    : $"A stream goes on with a multiple of {factor} frames, not {frames}.",
                nameof(video));
        }
        using OperationScope scope = c.Scope();
        int groups = frames / factor;
        long groupBytes = video.Bytes / frames * factor / 3 * encoder.Config.Dim;
        int step = (int)Math.Clamp(IntermediateBytes / groupBytes, 1, Math.Max(1, groups));
        Shape s = video.Shape;
        int spatial = encoder.Config.SpatialFactor;
        Tensor latents = Tensor.Empty([s[0], encoder.Config.ZDim, single + ((frames - single) / factor), s[3] / spatial, s[4] / spatial]);
        int first = 0, done = 0;
        while (first < frames)
        {
            int count = Math.Min(first == 0 ? single + (step * factor) : step * factor, frames - first);
            using OperationScope inner = c.Scope();
            Tensor part = count == frames ? video : c.Slice(video, 2, first, count);
            Tensor z = encoder.Normalised(c, encoder.Moments(c, part, _cache));
            long plane = (long)z.Shape[3] * z.Shape[4];
            int made = z.Shape[2];
            c.Backend.CopyRuns(
                z, 0, made * plane, latents, done * plane, latents.Shape[2] * plane, (long)s[0] * z.Shape[1], made * plane, add: false);
            first += count;
            done += made;
        }
        _cache.Latents += done;
        return scope.Keep(latents);
    }

    /// <summary>Begins a new stream; memory is kept.</summary>
    public void Reset() => _cache.Reset();

    /// <summary>Copies of all that the stream remembers, to go on later byte for byte. The caller disposes them.</summary>
    public IReadOnlyList<Tensor> Save() => _cache.Save();

    /// <summary>Goes on from a saved state, which stays the caller's.</summary>
    /// <exception cref="CheckpointException">The list is not the state of a stream of this network.</exception>
    public void Load(IReadOnlyList<Tensor> saved) => _cache.Load(saved);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();
}
