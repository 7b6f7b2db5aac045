using LongTake.Models.Vision;
using LongTake.Tensors.Backends;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>A vision transformer behind the transform that its frames need. Loaded when first used; keeps the latest features.</summary>
/// <param name="backend">What to compute on; stays the caller's.</param>
/// <param name="path">Where the weights lie; null when they are missing.</param>
/// <param name="config">Which network it must be.</param>
/// <param name="transform">What happens to a frame before.</param>
/// <param name="whyNot">Why it cannot be had; null when it can.</param>
public sealed class NetworkFrameEncoder(
    Backend backend, string? path, VisionTransformerConfig config, ImageTransform transform, string? whyNot = null)
    : CachedFrameEncoder(config.OutputDim, whyNot ?? (path is null ? $"it needs the weights of {config.Name}" : null))
{
    private readonly VisionNetwork _network = new(backend, path, config, transform);

    /// <inheritdoc/>
    protected override void LoadNetworks() => _network.Load();

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature) => _network.Encode(frame, height, width, feature);

    /// <inheritdoc/>
    protected override void FreeNetworks() => _network.Dispose();
}
