using LongTake.Models.Checkpoints;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>A vision transformer behind the transform that its frames need. Loaded when first used. Not thread-safe.</summary>
/// <param name="backend">What to compute on; stays the caller's.</param>
/// <param name="path">Where the weights lie; null when they are missing.</param>
/// <param name="config">Which network it must be.</param>
/// <param name="transform">What happens to a frame before.</param>
/// <param name="adapter">Merged into the weights; null for none.</param>
internal sealed class VisionNetwork(
    Backend backend, string? path, VisionTransformerConfig config, ImageTransform transform, VisionAdapter? adapter = null) : IDisposable
{
    private readonly Compute _compute = new(backend);
    private ParameterStore? _parameters;
    private VisionTransformer? _network;
    private FrameTransform? _prepared;
    private (int Height, int Width) _size;

    /// <summary>Values of a feature.</summary>
    public int Dim => config.OutputDim;

    /// <summary>Reads the weights, unless that has been done.</summary>
    /// <exception cref="CheckpointException">They are missing or do not fit.</exception>
    public VisionTransformer Load()
    {
        if (_network is null)
        {
            _parameters = EncoderCheckpoint.LoadVision(path ?? throw new CheckpointException($"The weights of {config.Name} are missing."), config, adapter);
            _network = new VisionTransformer(config, _parameters);
        }
        return _network;
    }

    /// <summary>Encodes a frame.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="feature">[<see cref="Dim"/>], written as it comes.</param>
    public void Encode(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature)
    {
        VisionTransformer network = Load();
        if (_prepared is null || _size != (height, width))
        {
            _prepared = new FrameTransform(transform, height, width);
            _size = (height, width);
        }
        using TensorScope scope = TensorScope.Open();
        network.Encode(_compute, _prepared.Apply(frame)).Span.CopyTo(feature);
    }

    /// <summary>Frees network and weights.</summary>
    public void Dispose()
    {
        _network?.Dispose();
        _network = null;
        _parameters?.Dispose();
        _parameters = null;
    }
}
