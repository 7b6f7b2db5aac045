using LongTake.Models.Checkpoints;
using LongTake.Models.Text.Clip;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>The text tower of CLIP behind its tokenizer. Loaded when first used; texts longer than the network takes are cut off.</summary>
/// <param name="backend">What to compute on; stays the caller's.</param>
/// <param name="path">Where the weights lie; null when they are missing.</param>
/// <param name="vocabularyPath">Where the vocabulary lies; null when it is missing.</param>
/// <param name="config">Which network it must be.</param>
/// <param name="whyNot">Why it cannot be had; null when it can.</param>
public sealed class NetworkTextEncoder(Backend backend, string? path, string? vocabularyPath, ClipTextConfig config, string? whyNot = null)
    : ITextEncoder, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Compute _compute = new(backend);
    private ParameterStore? _parameters;
    private ClipTextEncoder? _network;
    private ClipTokenizer? _tokenizer;
    private bool _isDisposed;

    /// <inheritdoc/>
    public string? WhyNot { get; } = whyNot ?? (path is null || vocabularyPath is null ? $"it needs the weights of {config.Name} and its vocabulary" : null);

    /// <inheritdoc/>
    public void Load()
    {
        lock (_gate)
        {
            LoadNetwork();
        }
    }

    /// <inheritdoc/>
    public float[] Encode(string text)
    {
        lock (_gate)
        {
            ClipTextEncoder network = LoadNetwork();
            using TensorScope scope = TensorScope.Open();
            float[] feature = network.Encode(_compute, [_tokenizer!.Encode(text)]).Span.ToArray();
            CachedFrameEncoder.Normalize(feature);
            return feature;
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

    private ClipTextEncoder LoadNetwork()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_network is null)
        {
            if (path is null || vocabularyPath is null)
            {
                throw new CheckpointException($"The text tower of {config.Name} cannot be had: {WhyNot}.");
            }
            ClipVocabulary vocabulary = ClipVocabulary.Load(vocabularyPath);
            _tokenizer = new ClipTokenizer(vocabulary, config.ContextLength);
            _parameters = EncoderCheckpoint.LoadClipText(path, config);
            _network = new ClipTextEncoder(config, _parameters);
        }
        return _network;
    }
}
