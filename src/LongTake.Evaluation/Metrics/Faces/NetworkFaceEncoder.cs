using LongTake.Evaluation.Metrics.Networks;
using LongTake.Models.Checkpoints;
using LongTake.Models.Vision;
using LongTake.Models.Vision.Faces;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>ArcFace behind the alignment that it needs. Loaded when first used.</summary>
/// <param name="backend">What to compute on; stays the caller's.</param>
/// <param name="path">Where the weights lie; null when they are missing.</param>
/// <param name="whyNot">Why it cannot be had; null when it can.</param>
public sealed class NetworkFaceEncoder(Backend backend, string? path, string? whyNot = null) : IFaceEncoder, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Compute _compute = new(backend);
    private FaceNetwork? _network;
    private FrameTransform? _centre;
    private (int Height, int Width) _size;
    private bool _isDisposed;

    /// <inheritdoc/>
    public string? WhyNot { get; } = whyNot ?? (path is null ? "it needs the weights of ArcFace" : null);

    /// <inheritdoc/>
    public int Dim => FaceNetworkConfig.R100.EmbeddingDim;

    /// <inheritdoc/>
    public void Load()
    {
        lock (_gate)
        {
            LoadNetwork();
        }
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> frame, int height, int width, FaceLandmarks? landmarks, Span<float> feature)
    {
        lock (_gate)
        {
            FaceNetwork network = LoadNetwork();
            using TensorScope scope = TensorScope.Open();
            Tensor face = Tensor.Empty([1, 3, FaceAlignment.Size, FaceAlignment.Size]);
            if (landmarks is null)
            {
                Centre(height, width).Apply(frame, face.Span);
            }
            else
            {
                FaceAlignment.Crop(frame, height, width, landmarks, face.Span);
            }
            network.Encode(_compute, face).Span.CopyTo(feature);
            CachedFrameEncoder.Normalize(feature[..Dim]);
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _network?.Dispose();
            _network = null;
        }
    }

    private FaceNetwork LoadNetwork()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _network ??= FaceCheckpoint.Load(path ?? throw new CheckpointException($"The weights of ArcFace are missing: {WhyNot}."));
    }

    private FrameTransform Centre(int height, int width)
    {
        if (_centre is null || _size != (height, width))
        {
            _centre = new FrameTransform(ImageTransform.FaceCentre, height, width);
            _size = (height, width);
        }
        return _centre;
    }
}
