using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Text.Umt5;

/// <summary>
/// The UMT5 text encoder of the Wan family (spec wan-model, section 4). Only the tokens of the prompts are computed, packed
/// one behind the other: padding would get attention weight 0 and be thrown away. All prompts of a call share one pass over
/// the weights, which stay in their stored type; rows of the embedding table are read as they are needed, so that a mapped
/// checkpoint loads what a prompt uses and nothing else of the table. Differentiable. Not thread-safe.
/// </summary>
/// <remarks>
/// Kernels keep a rearranged copy of every frozen matrix. Here that would double 9 GB for a network that runs once a
/// prompt, so frozen matrices are used through views that are not.
/// </remarks>
public sealed partial class Umt5Encoder : IDisposable
{
    private readonly WeightReader _weights;
    private readonly List<Tensor> _views = [];
    private readonly RelativePositionBuckets _buckets;
    private readonly Tensor _embedding;
    private readonly Umt5Block[] _blocks;
    private readonly Tensor _norm;

    /// <summary>Builds the network over parameters, which it does not own.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="parameters">Exactly the tensors of <see cref="Specs"/>.</param>
    /// <exception cref="ArgumentException">A parameter is missing, unknown or of another shape.</exception>
    public Umt5Encoder(Umt5Config config, ParameterStore parameters)
    {
        Check(config, parameters);
        Config = config;
        _weights = new WeightReader(parameters);
        _buckets = new RelativePositionBuckets(config.BucketCount, config.MaxDistance);
        _embedding = parameters["token_embedding.weight"];
        _blocks = new Umt5Block[config.LayerCount];
        for (int i = 0; i < _blocks.Length; i++)
        {
            string block = $"blocks.{i}.";
            _blocks[i] = new Umt5Block(config)
            {
                Norm1 = _weights.Vector(block + "norm1.weight"),
                Q = Matrix(parameters, block + "attn.q.weight"),
                K = Matrix(parameters, block + "attn.k.weight"),
                V = Matrix(parameters, block + "attn.v.weight"),
                O = Matrix(parameters, block + "attn.o.weight"),
                Norm2 = _weights.Vector(block + "norm2.weight"),
                Gate = Matrix(parameters, block + "ffn.gate.0.weight"),
                Up = Matrix(parameters, block + "ffn.fc1.weight"),
                Down = Matrix(parameters, block + "ffn.fc2.weight"),
                Positions = _weights.Vector(block + "pos_embedding.embedding.weight"),
            };
        }
        _norm = _weights.Vector("norm.weight");
    }

    /// <summary>The sizes.</summary>
    public Umt5Config Config { get; }

    /// <summary>Encodes prompts.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="ids">Token ids of each prompt, end mark included, without padding.</param>
    /// <returns>Features [B, n, dim], n being the longest prompt's length; zero past the end of the shorter ones.</returns>
    /// <exception cref="ArgumentException">There is no prompt, a prompt has no token (not even the end mark), or an id is outside the vocabulary.</exception>
    public Tensor Encode(Compute compute, int[][] ids) => Run(compute, ids, null);

    /// <summary>As <see cref="Encode"/>; <paramref name="layerDone"/> sees the features after each layer, in the same form as the result.</summary>
    internal Tensor Run(Compute compute, int[][] ids, Action<int, Tensor>? layerDone)
    {
        CheckIds(ids);
        using OperationScope scope = compute.Scope();
        PackedPrompts prompts = new(ids, _buckets);
        Tensor x = compute.Embedding(_embedding, Tensor.From<int>(prompts.Ids, [prompts.Ids.Length]));
        for (int i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].Forward(compute, x, prompts);
            layerDone?.Invoke(i, Unpack(compute, x, prompts));
        }
        return scope.Keep(Unpack(compute, compute.RmsNorm(x, _norm, Config.Eps), prompts));
    }

    /// <summary>Frees the widened copies of norm weights and position tables; the parameters belong to their store.</summary>
    public void Dispose()
    {
        _weights.Dispose();
        foreach (Tensor view in _views)
        {
            view.Dispose();
        }
        _views.Clear();
    }

    private Tensor Matrix(ParameterStore parameters, string name)
    {
        Tensor stored = parameters[name];
        if (!stored.IsFrozen)
        {
            return stored;
        }
        Tensor view = TensorScope.Detach(stored.View(stored.Shape));
        _views.Add(view);
        return view;
    }

    // From packed tokens [N, dim] to [B, n, dim] in the order of the call.
    private Tensor Unpack(Compute compute, Tensor x, PackedPrompts prompts)
    {
        int n = prompts.MaxLength;
        List<Tensor> parts = [];
        Tensor? zeros = null;
        foreach ((int start, int length) in prompts.Ranges)
        {
            parts.Add(compute.Rows(x, start, length));
            if (length < n)
            {
                zeros ??= Tensor.Zeros([n - prompts.MinLength, Config.Dim], x.DType);
                parts.Add(zeros.Rows(0, n - length));
            }
        }
        Tensor all = parts.Count == 1 ? parts[0] : compute.Concat(parts.ToArray(), 0);
        return compute.Reshape(all, [prompts.Ranges.Count, n, Config.Dim]);
    }

    private void CheckIds(int[][] ids)
    {
        if (ids.Length == 0)
        {
            throw new ArgumentException("There is no prompt to encode.", nameof(ids));
        }
        for (int p = 0; p < ids.Length; p++)
        {
            if (ids[p].Length == 0)
            {
                throw new ArgumentException($"Prompt {p} has no tokens; an empty prompt is the end mark alone.", nameof(ids));
            }
            foreach (int id in ids[p])
            {
                if ((uint)id >= (uint)Config.VocabularySize)
                {
                    throw new ArgumentException(
                        $"Prompt {p} has the token {id}, but the text encoder knows 0 to {Config.VocabularySize - 1}; " +
                        "is the tokenizer that of another model?",
                        nameof(ids));
                }
            }
        }
    }
}
