using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Decodes an endless sequence of latents part by part, remembering two frames of every causal convolution's input. The frames are exactly
/// those that <see cref="WanVaeDecoder.Decode"/> gives for the whole sequence, however it is cut. Memory does not grow with the
/// sequence, and after the first parts nothing is allocated. Source: spec wan-model, section 5.4.
/// </summary>
/// <param name="decoder">The network; it stays the caller's.</param>
public sealed class WanVaeStreamingDecoder(WanVaeDecoder decoder) : IDisposable
{
    private readonly VaeFeatureCache _cache = new(decoder.Slots);

    /// <summary>Large frames pass one by one; small ones together, as many as give intermediates of about this size. The frames do not depend on it.</summary>
    internal long IntermediateBytes { get; init; } = 16L << 20;

    /// <summary>Latent frames decoded since the beginning of the stream.</summary>
    public long LatentCount => _cache.Latents;

    /// <summary>Frames that the next <paramref name="latents"/> latents will give.</summary>
    public int FramesOf(int latents) => _cache.Latents == 0 ? decoder.Config.PixelFrames(latents) : latents * decoder.Config.TemporalFactor;

    /// <summary>Decodes the next latents of the stream.</summary>
    /// <param name="c">Where to compute; it must not be recording.</param>
    /// <param name="latents">[B, z, T, h, w], normalised; batch and size are those the stream began with.</param>
    /// <returns>[B, 3, F, H, W] with F = factor * T, less factor - 1 at the beginning of the stream; nominally in [-1, 1], not clamped.</returns>
    /// <exception cref="ArgumentException">The latents have another shape than the stream, or are empty.</exception>
    public Tensor Decode(Compute c, Tensor latents)
    {
        using OperationScope scope = c.Scope();
        Tensor x = decoder.Begin(c, latents, _cache);
        Shape s = latents.Shape;
        int factor = decoder.Config.SpatialFactor;
        Tensor video = Tensor.Empty([s[0], 3, FramesOf(s[2]), s[3] * factor, s[4] * factor]);
        int done = 0;
        Run(c, 0, x, video, ref done);
        _cache.Latents += s[2];
        return scope.Keep(video);
    }

    /// <summary>Begins a new stream; memory is kept.</summary>
    public void Reset() => _cache.Reset();

    /// <summary>
    /// Copies of all that the stream remembers, to go on later byte for byte. The caller disposes them.
    /// </summary>
    public IReadOnlyList<Tensor> Save() => _cache.Save();

    /// <summary>Goes on from a saved state, which stays the caller's.</summary>
    /// <exception cref="CheckpointException">The list is not the state of a stream of this network.</exception>
    public void Load(IReadOnlyList<Tensor> saved) => _cache.Load(saved);

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    /// <summary>Runs a stage over a few frames at a time and hands each result on, so that only small parts of the large late stages exist at a time.</summary>
    private void Run(Compute c, int stage, Tensor x, Tensor video, ref int done)
    {
        if (stage == decoder.StageCount)
        {
            int frames = x.Shape[2];
            long plane = (long)x.Shape[3] * x.Shape[4];
            c.Backend.CopyRuns(
                x, 0, frames * plane, video, done * plane, video.Shape[2] * plane, (long)x.Shape[0] * x.Shape[1], frames * plane, add: false);
            done += frames;
            return;
        }
        int total = x.Shape[2];
        long frameBytes = x.Bytes / total;
        int step = (int)Math.Clamp(IntermediateBytes / frameBytes, 1, total);
        for (int first = 0; first < total; first += step)
        {
            using OperationScope scope = c.Scope();
            int count = Math.Min(step, total - first);
            Tensor part = count == total ? x : c.Slice(x, 2, first, count);
            Run(c, stage + 1, decoder.Stage(c, stage, part, _cache), video, ref done);
        }
    }
}
