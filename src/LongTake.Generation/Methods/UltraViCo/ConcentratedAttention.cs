using LongTake.Generation.Windows;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.UltraViCo;

/// <summary>
/// UltraViCo's attention over a long clip: positive scores are lowered by the distance of query and key inside the softmax's loop over keys,
/// pieces within the window are passed over, and no matrix of scores is stored. Positions are plain. The first latent, which stands for one
/// picture where others stand for four, may be kept from seeing beyond the window.
/// Source: rope-extension-bidirectional.md 4.
/// </summary>
public sealed class ConcentratedAttention : ISelfAttention, IDisposable
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid _grid;
    private readonly int _firstSees;
    private readonly double[] _positions;
    private readonly Tensor? _first;
    private readonly Tensor _others;

    /// <summary>Attention over a grid of tokens.</summary>
    /// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
    /// <param name="grid">The tokens of a call.</param>
    /// <param name="decay">Factors by distance.</param>
    /// <param name="firstSees">Latents that the first latent sees, from the first on; null for all.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="firstSees"/> is below 1.</exception>
    public ConcentratedAttention(RotaryEmbedding rotary, TokenGrid grid, DistanceDecay decay, int? firstSees = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstSees ?? 1, 1, nameof(firstSees));
        _rotary = rotary;
        _grid = grid;
        _firstSees = Math.Min(firstSees ?? grid.Frames, grid.Frames);
        _positions = FrameViews.Positions(grid.Frames);
        int tokens = grid.TokensPerFrame;
        if (_firstSees < grid.Frames)
        {
            _first = Factors(decay, tokens, 0, tokens, _firstSees * tokens);
        }
        int start = _first is null ? 0 : tokens;
        _others = Factors(decay, tokens, start, grid.Count - start, grid.Count);
    }

    /// <inheritdoc/>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        using OperationScope scope = compute.Scope();
        RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width, type: q.DType);
        Tensor rotatedQ = compute.Rope(q, tables.Cos, tables.Sin);
        Tensor rotatedK = compute.Rope(k, tables.Cos, tables.Sin);
        AttentionOptions others = new() { DistanceFactors = _others };
        if (_first is null)
        {
            return scope.Keep(compute.Attention(rotatedQ, rotatedK, v, others));
        }

        // Two calls: to mask the first latent in one would take a matrix of all pairs of tokens.
        int tokens = _grid.TokensPerFrame;
        int seen = _firstSees * tokens;
        Tensor first = compute.Attention(
            compute.Slice(rotatedQ, 1, 0, tokens),
            compute.Slice(rotatedK, 1, 0, seen),
            compute.Slice(v, 1, 0, seen),
            new AttentionOptions { DistanceFactors = _first });
        Tensor rest = compute.Attention(compute.Slice(rotatedQ, 1, tokens, _grid.Count - tokens), rotatedK, v, others);
        return scope.Keep(compute.Concat([first, rest], 1));
    }

    /// <summary>Frees the factors.</summary>
    public void Dispose()
    {
        _first?.Dispose();
        _others.Dispose();
    }

    /// <summary>
    /// Factors of queries from a token on and of keys from the first token on, as <see cref="AttentionOptions.DistanceFactors"/> has them.
    /// </summary>
    private static Tensor Factors(DistanceDecay decay, int tokensPerFrame, int firstQuery, int queries, int keys)
    {
        Tensor factors = TensorScope.Detach(Tensor.Empty([queries + keys - 1]));
        Span<float> f = factors.Span;
        for (int n = 0; n < f.Length; n++)
        {
            f[n] = (float)decay.FactorAt((long)firstQuery + n - keys + 1, tokensPerFrame);
        }
        return factors;
    }
}
