using LongTake.Models.Encoders;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Text.Clip;

/// <summary>
/// The text tower of CLIP and OpenCLIP: a causal transformer whose end token, projected, is the embedding of the text. Inference only; not thread-safe.
/// Source: spec metric-models, section 2.3.
/// </summary>
public sealed class ClipTextEncoder : IDisposable
{
    private readonly ParameterReader _parameters;
    private readonly EncoderBlock[] _blocks;
    private readonly Tensor _embedding;
    private readonly Tensor _positions;
    private readonly NormWeights _after;
    private readonly Tensor _projection;

    /// <summary>Builds the network over parameters, which it does not own.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="parameters">Exactly the tensors of <see cref="Specs"/>.</param>
    /// <exception cref="ArgumentException">A parameter is missing, unknown or of another shape.</exception>
    public ClipTextEncoder(ClipTextConfig config, ParameterStore parameters)
    {
        _parameters = new ParameterReader(parameters, Specs(config), $"text tower of {config.Name}");
        Config = config;
        _embedding = _parameters.Matrix("token_embedding.weight");
        _positions = _parameters.Vector("positional_embedding");
        _blocks = EncoderBlockNames.ClipText.Build(_parameters, config.LayerCount, config.HeadCount, config.Eps, config.Activation);
        _after = _parameters.Norm("ln_final", config.Eps);
        _projection = _parameters.Vector("text_projection");
    }

    /// <summary>The sizes.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>Names (those of OpenAI's files) and shapes of all parameters, with initial values for tests.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static IReadOnlyList<ParameterSpec> Specs(ClipTextConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        return
        [
            new("positional_embedding", [config.ContextLength, config.Width], ParameterInit.Normal, 0.01f),
            new("text_projection", [config.Width, config.EmbeddingDim], ParameterInit.Normal, 1 / MathF.Sqrt(config.Width)),
            .. EncoderBlockNames.ClipText.Specs(config.LayerCount, config.Width, config.MlpWidth),
            new("token_embedding.weight", [config.VocabularySize, config.Width], ParameterInit.Normal, 0.02f),
            new("ln_final.weight", [config.Width], ParameterInit.Ones),
            new("ln_final.bias", [config.Width]),
        ];
    }

    /// <summary>Encodes texts.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="ids">
    /// Token ids of each text as <see cref="ClipTokenizer"/> gives them; the end token has the largest id. What stands behind it is not seen.
    /// </param>
    /// <returns>[B, <see cref="ClipTextConfig.EmbeddingDim"/>], not normalised.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is empty, too long, or has unknown ids.</exception>
    public Tensor Encode(Compute compute, int[][] ids)
    {
        CheckIds(ids);
        // Attention is causal: behind the last end token nothing matters.
        int length = ids.Max(text => 1 + EndOf(text));
        return Run(compute, ids, length, null, null);
    }

    /// <summary>
    /// As <see cref="Encode"/>, over exactly <paramref name="length"/> tokens; <paramref name="block"/> sees the tokens [B, N, d] behind each
    /// block, <paramref name="tokens"/> those behind the last norm.
    /// </summary>
    internal Tensor Run(Compute compute, int[][] ids, int length, Action<int, Tensor>? block, Action<Tensor>? tokens)
    {
        using OperationScope scope = compute.Scope();
        int batch = ids.Length;
        int[] packed = new int[batch * length];
        int[] ends = new int[batch];
        for (int b = 0; b < batch; b++)
        {
            ids[b].AsSpan(0, Math.Min(length, ids[b].Length)).CopyTo(packed.AsSpan(b * length));
            ends[b] = (b * length) + EndOf(ids[b]);
        }
        Tensor x = compute.Embedding(_embedding, Tensor.From<int>(packed, [batch, length]));
        x = compute.Add(x, compute.Rows(_positions, 0, length));
        Tensor mask = AttentionMasks.BlockCausal(length, 1, 1);
        for (int i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].Forward(compute, x, mask);
            block?.Invoke(i, x);
        }
        tokens?.Invoke(_after.Apply(compute, x));
        // A layer norm treats tokens one by one, so only the end tokens have to go through it.
        Tensor last = compute.Gather(compute.Reshape(x, [batch * length, Config.Width]), 0, ends);
        return scope.Keep(compute.MatMul(_after.Apply(compute, last), _projection));
    }

    /// <summary>Frees copies and views; the parameters belong to their store.</summary>
    public void Dispose() => _parameters.Dispose();

    // The first of the largest ids: other programs pad with the end token.
    private static int EndOf(int[] ids) => Array.IndexOf(ids, ids.Max());

    private void CheckIds(int[][] ids)
    {
        if (ids.Length == 0)
        {
            throw new ArgumentException("There is no text to encode.", nameof(ids));
        }
        foreach (int[] text in ids)
        {
            if (text.Length == 0 || text.Length > Config.ContextLength)
            {
                throw new ArgumentException($"A text for {Config.Name} has 1 to {Config.ContextLength} tokens, not {text.Length}.", nameof(ids));
            }
            if (text.Min() < 0 || text.Max() >= Config.VocabularySize)
            {
                throw new ArgumentException(
                    $"{Config.Name} knows the tokens 0 to {Config.VocabularySize - 1}, but the text has {text.Min()} to {text.Max()}; " +
                    "is the vocabulary that of another model?",
                    nameof(ids));
            }
        }
    }
}
