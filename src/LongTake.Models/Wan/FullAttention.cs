using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Self-attention over the tokens of the call itself, all of them or as a mask allows: training without a cache, and
/// bidirectional sampling. Holds no state between calls, so one object serves all blocks, calls and recomputations.
/// </summary>
public sealed class FullAttention : ISelfAttention, IDisposable
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid _grid;
    private readonly double[] _positions;
    private readonly RotaryFrequencies[] _frequencies;
    private readonly Tensor? _mask;

    /// <summary>Attention over a grid of tokens.</summary>
    /// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
    /// <param name="grid">The tokens of a call.</param>
    /// <param name="mask">U8 [N, N], 1 = may attend (<see cref="AttentionMasks"/>); null for bidirectional attention. Owned from here on.</param>
    /// <param name="positions">Temporal position of each frame; null for 0, 1, 2, ...</param>
    /// <param name="frequencies">Rotary frequencies, one for all heads or one a head; null for the embedding's own.</param>
    /// <exception cref="ArgumentException">Mask or positions do not fit the grid.</exception>
    public FullAttention(
        RotaryEmbedding rotary, TokenGrid grid, Tensor? mask = null, double[]? positions = null, RotaryFrequencies[]? frequencies = null)
    {
        ArgumentNullException.ThrowIfNull(rotary);
        if (mask is not null && (mask.DType != DType.U8 || mask.Shape != [grid.Count, grid.Count]))
        {
            throw new ArgumentException($"The mask is {mask}; {grid.Count} tokens need U8 [{grid.Count}, {grid.Count}].", nameof(mask));
        }
        if (positions is not null && positions.Length != grid.Frames)
        {
            throw new ArgumentException($"{grid.Frames} frames need as many temporal positions, not {positions.Length}.", nameof(positions));
        }
        _rotary = rotary;
        _grid = grid;
        _mask = mask is null ? null : TensorScope.Detach(mask);
        _positions = positions ?? Range(grid.Frames, 1);
        _frequencies = frequencies ?? [];
    }

    /// <summary>Attention of a causal transformer in training: see <see cref="AttentionMasks.BlockCausal"/>.</summary>
    public static FullAttention BlockCausal(
        RotaryEmbedding rotary, TokenGrid grid, int framesPerBlock, int? localFrames = null, bool independentFirstFrame = false) =>
        new(rotary, grid, AttentionMasks.BlockCausal(grid.Frames, grid.TokensPerFrame, framesPerBlock, localFrames, independentFirstFrame));

    /// <summary>
    /// Attention for <see cref="WanTransformer.ForwardTeacherForcing"/>: clean frames before noisy ones, both at positions
    /// 0, 1, 2, ...; see <see cref="AttentionMasks.TeacherForcing"/>.
    /// </summary>
    /// <param name="rotary">Rotary embedding.</param>
    /// <param name="grid">The tokens of either half.</param>
    /// <param name="framesPerBlock">Frames of a block.</param>
    public static FullAttention TeacherForcing(RotaryEmbedding rotary, TokenGrid grid, int framesPerBlock) =>
        new(
            rotary,
            grid with { Frames = 2 * grid.Frames },
            AttentionMasks.TeacherForcing(grid.Frames, grid.TokensPerFrame, framesPerBlock),
            Range(grid.Frames, 2));

    /// <inheritdoc/>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        if (q.Shape[1] != _grid.Count)
        {
            throw new ArgumentException($"This attention is for {_grid.Count} tokens ({_grid}), the call has {q.Shape[1]}.", nameof(q));
        }
        using OperationScope scope = compute.Scope();
        RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width, _frequencies, q.DType);
        Tensor rotatedQ = compute.Rope(q, tables.Cos, tables.Sin);
        Tensor rotatedK = compute.Rope(k, tables.Cos, tables.Sin);
        return scope.Keep(compute.Attention(rotatedQ, rotatedK, v, new AttentionOptions { Mask = _mask }));
    }

    /// <summary>Frees the mask.</summary>
    public void Dispose() => _mask?.Dispose();

    private static double[] Range(int frames, int times)
    {
        double[] positions = new double[frames * times];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = i % frames;
        }
        return positions;
    }
}
