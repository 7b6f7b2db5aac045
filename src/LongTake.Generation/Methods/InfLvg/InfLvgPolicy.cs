using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// The network that scores past tokens: cross-attention of their keys to a text, feed-forward, and a scorer whose instance norm over the tokens
/// makes scores relative to the other candidates. Cost and memory are linear in the number of candidates; rows run through in pieces, and
/// while a tape records a piece's intermediates are computed again in the backward pass.
/// Source: spec inflvg, section 4.2 (arXiv 2505.17574).
/// </summary>
public sealed class InfLvgPolicy
{
    // Of a length that does not depend on threads, so that sums are the same for any number.
    private const int PieceRows = 4096;

    // PyTorch's default of instance norm.
    private const float InstanceEps = 1e-5f;

    private readonly InfLvgPolicyConfig _config;
    private readonly ParameterStore _parameters;
    private readonly string _prefix;

    /// <summary>Makes one network of a policy.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="parameters">The parameters of <see cref="Specs"/>, F32 (F64 for the reference backend); they stay the caller's.</param>
    /// <param name="transition">Change of scene that it is for, from 1.</param>
    /// <exception cref="InvalidOperationException">No policy was trained for that change.</exception>
    public InfLvgPolicy(InfLvgPolicyConfig config, ParameterStore parameters, int transition = 1)
    {
        config.Validate();
        _config = config;
        _parameters = parameters;
        _prefix = config.PrefixOf(transition);
    }

    /// <summary>Names, shapes and initial values of all parameters, of all networks.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static IReadOnlyList<ParameterSpec> Specs(InfLvgPolicyConfig config)
    {
        config.Validate();
        List<ParameterSpec> specs = [];
        for (int i = 0; i < config.Policies; i++)
        {
            string prefix = InfLvgPolicyConfig.Prefix(i);
            for (int block = 0; block < config.Depth; block++)
            {
                string name = $"{prefix}blocks.{block}.";
                foreach (string part in (string[])["q", "k", "v", "o"])
                {
                    Linear($"{name}cross_attn.{part}", config.Dim, config.Dim, ParameterInit.XavierUniform);
                }
                specs.Add(new ParameterSpec(name + "cross_attn.norm_q.weight", [config.Dim], ParameterInit.Ones));
                specs.Add(new ParameterSpec(name + "cross_attn.norm_k.weight", [config.Dim], ParameterInit.Ones));
                Linear(name + "ffn.0", config.FfnDim, config.Dim, ParameterInit.XavierUniform);
                Linear(name + "ffn.2", config.Dim, config.FfnDim, ParameterInit.XavierUniform);
            }
            Linear(prefix + "scorer.0", config.ScorerDim, config.Dim, ParameterInit.FanInUniform);
            specs.Add(new ParameterSpec(prefix + "scorer.1.weight", [config.ScorerDim], ParameterInit.Ones));
            specs.Add(new ParameterSpec(prefix + "scorer.1.bias", [config.ScorerDim]));
            Linear(prefix + "scorer.3", 1, config.ScorerDim, ParameterInit.FanInUniform);
        }
        return specs;

        void Linear(string name, int outputs, int inputs, ParameterInit init)
        {
            specs.Add(new ParameterSpec(name + ".weight", [outputs, inputs], init));
            specs.Add(new ParameterSpec(name + ".bias", [outputs]));
        }
    }

    /// <summary>Scores candidates.</summary>
    /// <param name="compute">What to compute with; while its tape records, gradients flow to the parameters.</param>
    /// <param name="keys">Rotated keys of the candidates, heads side by side [N, d]; no gradient flows to them.</param>
    /// <param name="text">Text tokens [L, d], L at least 1; no gradient flows to them.</param>
    /// <returns>alpha [N].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor Score(Compute compute, Tensor keys, Tensor text)
    {
        if (keys.Rank != 2 || keys.Shape[0] < 1 || keys.Shape[1] != _config.Dim || text.Rank != 2 || text.Shape[0] < 1 || text.Shape[1] != _config.Dim)
        {
            throw new ArgumentException(
                $"A policy of width {_config.Dim} scores keys [N, {_config.Dim}] under a text [L, {_config.Dim}], not {keys.Shape} under {text.Shape}.",
                nameof(keys));
        }
        using OperationScope scope = compute.Scope();
        int count = keys.Shape[0];
        Tensor[] pieces = new Tensor[(count + PieceRows - 1) / PieceRows];
        for (int i = 0; i < pieces.Length; i++)
        {
            Tensor rows = keys.Rows(i * PieceRows, Math.Min(PieceRows, count - (i * PieceRows)));
            pieces[i] = compute.Checkpoint([], _ => Hidden(compute, rows, text));
        }
        Tensor hidden = pieces.Length == 1 ? pieces[0] : compute.Concat(pieces, 0);

        // Instance norm: mean and variance of a channel over the candidates.
        Tensor byChannel = compute.LayerNorm(compute.Permute(hidden, [1, 0]), null, null, InstanceEps);
        Tensor normed = compute.Mul(compute.Permute(byChannel, [1, 0]), Parameter("scorer.1.weight"));
        Tensor active = compute.Gelu(compute.Add(normed, Parameter("scorer.1.bias")));
        return scope.Keep(compute.Reshape(Linear(compute, active, "scorer.3"), [count]));
    }

    /// <summary>Attention blocks and the scorer's first layer, for some rows: nothing up to there looks from token to token.</summary>
    private Tensor Hidden(Compute compute, Tensor keys, Tensor text)
    {
        using OperationScope scope = compute.Scope();
        Tensor x = keys;
        for (int block = 0; block < _config.Depth; block++)
        {
            string name = $"blocks.{block}.";
            Tensor q = Heads(compute, Normed(compute, Linear(compute, x, name + "cross_attn.q"), name + "cross_attn.norm_q.weight"));
            Tensor k = Heads(compute, Normed(compute, Linear(compute, text, name + "cross_attn.k"), name + "cross_attn.norm_k.weight"));
            Tensor v = Heads(compute, Linear(compute, text, name + "cross_attn.v"));
            Tensor attended = compute.Reshape(compute.Attention(q, k, v), x.Shape);
            x = LinearAdd(compute, attended, name + "cross_attn.o", x);
            Tensor up = Linear(compute, compute.LayerNorm(x, null, null, _config.Eps), name + "ffn.0", Activation.GeluTanh);
            x = LinearAdd(compute, up, name + "ffn.2", x);
        }
        return scope.Keep(Linear(compute, x, "scorer.0"));
    }

    private Tensor Normed(Compute compute, Tensor x, string weight) => compute.RmsNorm(x, Parameter(weight), _config.Eps);

    private Tensor Heads(Compute compute, Tensor x) => compute.Reshape(x, [1, x.Shape[0], _config.Heads, _config.Dim / _config.Heads]);

    private Tensor Linear(Compute compute, Tensor x, string name, Activation activation = Activation.None) =>
        compute.Linear(x, Parameter(name + ".weight"), Parameter(name + ".bias"), activation);

    private Tensor LinearAdd(Compute compute, Tensor x, string name, Tensor residual) =>
        compute.LinearAdd(x, Parameter(name + ".weight"), Parameter(name + ".bias"), residual);

    private Tensor Parameter(string name) => _parameters[_prefix + name];
}
