using System.Numerics.Tensors;
using LongTake.Models.Checkpoints;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>A vision transformer behind the transform that its frames need. Loaded when first used; keeps the latest features.</summary>
/// <param name="backend">What to compute on; stays the caller's.</param>
/// <param name="path">Where the weights lie; null when they are missing.</param>
/// <param name="config">Which network it must be.</param>
/// <param name="transform">What happens to a frame before.</param>
/// <param name="whyNot">Why it cannot be had; null when it can.</param>
public sealed class NetworkFrameEncoder(
    Backend backend, string? path, VisionTransformerConfig config, ImageTransform transform, string? whyNot = null) : IFrameEncoder, IDisposable
{
    // The same frame for several metrics, and two clips that overlap.
    private const int KeptFeatures = 32;

    private readonly Lock _gate = new();
    private readonly Compute _compute = new(backend);
    private readonly FeatureCache _cache = new(KeptFeatures, config.OutputDim);
    private ParameterStore? _parameters;
    private VisionTransformer? _network;
    private FrameTransform? _prepared;
    private (int Height, int Width) _size;
    private bool _isDisposed;

    /// <inheritdoc/>
    public string? WhyNot { get; } = whyNot ?? (path is null ? $"it needs the weights of {config.Name}" : null);

    /// <inheritdoc/>
    public int Dim => config.OutputDim;

    /// <summary>Frames that went through the network; the others were known.</summary>
    internal int Runs { get; private set; }

    /// <inheritdoc/>
    public void Load()
    {
        lock (_gate)
        {
            LoadNetwork();
        }
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature)
    {
        FeatureCache.Key key = FeatureCache.KeyOf(frame, height, width);
        lock (_gate)
        {
            if (_cache.TryGet(key, out ReadOnlySpan<float> known))
            {
                known.CopyTo(feature);
                return;
            }
            Run(frame, height, width, feature);
            _cache.Add(key, feature[..Dim]);
        }
    }

    /// <summary>Frees network and weights.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _network?.Dispose();
            _network = null;
            _parameters?.Dispose();
            _parameters = null;
        }
    }

    private VisionTransformer LoadNetwork()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_network is null)
        {
            _parameters = EncoderCheckpoint.LoadVision(
                path ?? throw new CheckpointException($"The weights of {config.Name} are missing: {WhyNot}."), config);
            _network = new VisionTransformer(config, _parameters);
        }
        return _network;
    }

    private void Run(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature)
    {
        VisionTransformer network = LoadNetwork();
        if (_prepared is null || _size != (height, width))
        {
            _prepared = new FrameTransform(transform, height, width);
            _size = (height, width);
        }
        using TensorScope scope = TensorScope.Open();
        network.Encode(_compute, _prepared.Apply(frame)).Span.CopyTo(feature);
        Runs++;
        Normalize(feature[..Dim]);
    }

    /// <summary>Brings a feature to length 1; one that is zero throughout stays.</summary>
    internal static void Normalize(Span<float> feature)
    {
        float norm = TensorPrimitives.Norm<float>(feature);
        if (norm > 0)
        {
            TensorPrimitives.Divide(feature, norm, feature);
        }
    }
}
