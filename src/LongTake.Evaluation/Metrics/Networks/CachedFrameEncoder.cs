using System.Numerics.Tensors;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>An encoder whose networks are loaded when they are first needed, and which keeps the latest features. Base of the encoders here.</summary>
/// <param name="dim">Values of a feature.</param>
/// <param name="whyNot">Why it cannot be had; null when it can.</param>
public abstract class CachedFrameEncoder(int dim, string? whyNot) : IFrameEncoder, IDisposable
{
    // The same frame for several metrics, and two clips that overlap.
    private const int KeptFeatures = 32;

    private readonly Lock _gate = new();
    private readonly FeatureCache _cache = new(KeptFeatures, dim);
    private bool _isDisposed;

    /// <inheritdoc/>
    public string? WhyNot { get; } = whyNot;

    /// <inheritdoc/>
    public int Dim { get; } = dim;

    /// <summary>Frames that went through the networks; the others were known.</summary>
    internal int Runs { get; private set; }

    /// <inheritdoc/>
    public void Load()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            LoadNetworks();
        }
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature)
    {
        FeatureCache.Key key = FeatureCache.KeyOf(frame, height, width);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_cache.TryGet(key, out ReadOnlySpan<float> known))
            {
                known.CopyTo(feature);
                return;
            }
            LoadNetworks();
            Run(frame, height, width, feature[..Dim]);
            Runs++;
            Normalize(feature[..Dim]);
            _cache.Add(key, feature[..Dim]);
        }
    }

    /// <summary>Frees networks and weights.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            FreeNetworks();
        }
        GC.SuppressFinalize(this);
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

    /// <summary>Loads what is not loaded yet.</summary>
    protected abstract void LoadNetworks();

    /// <summary>Encodes a frame that is not known; what comes out is brought to length 1 afterwards.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="feature">[<see cref="Dim"/>], written.</param>
    protected abstract void Run(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature);

    /// <summary>Frees what is loaded.</summary>
    protected abstract void FreeNetworks();
}
