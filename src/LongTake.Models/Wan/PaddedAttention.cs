using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Bidirectional self-attention over a batch of samples of different sizes, padded to one length: keys beyond a sample's
/// own tokens are not seen. Source: spec wan-model, section 3.1.
/// </summary>
public sealed class PaddedAttention : ISelfAttention, IDisposable
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid[] _grids;
    private readonly int[] _lengths;
    private RotaryTables? _tables;

    /// <summary>Attention for a batch.</summary>
    /// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
    /// <param name="grids">Each sample's tokens.</param>
    /// <param name="length">Tokens that samples are padded to; null for those of the largest.</param>
    /// <exception cref="ArgumentException">There is no sample, or one has more tokens than <paramref name="length"/>.</exception>
    public PaddedAttention(RotaryEmbedding rotary, IReadOnlyList<TokenGrid> grids, int? length = null)
    {
        ArgumentNullException.ThrowIfNull(rotary);
        _rotary = rotary;
        _grids = [.. grids];
        _lengths = [.. _grids.Select(g => g.Count)];
        if (_grids.Length == 0 || _lengths.Max() > (length ?? int.MaxValue))
        {
            throw new ArgumentException($"Samples of {string.Join(", ", _lengths)} tokens do not fit into {length} tokens each.", nameof(grids));
        }
        Length = length ?? _lengths.Max();
    }

    /// <summary>Each sample's tokens.</summary>
    public IReadOnlyList<TokenGrid> Grids => _grids;

    /// <summary>Tokens that samples are padded to.</summary>
    public int Length { get; }

    /// <summary>Told of named intermediates, for tests.</summary>
    internal Action<string, Tensor>? Inspect { get; set; }

    /// <inheritdoc/>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        using OperationScope scope = compute.Scope();
        RotaryTables tables = _tables ??= MakeTables(q.DType);
        Tensor rotatedQ = Rotate(compute, q, tables);
        Tensor rotatedK = Rotate(compute, k, tables);
        Inspect?.Invoke($"block{layer}_q_rope", rotatedQ);
        Inspect?.Invoke($"block{layer}_k_rope", rotatedK);
        return scope.Keep(compute.Attention(rotatedQ, rotatedK, v, new AttentionOptions { KeyLengths = _lengths }));
    }

    /// <summary>Frees the rotary tables.</summary>
    public void Dispose()
    {
        _tables?.Cos.Dispose();
        _tables?.Sin.Dispose();
        _tables = null;
    }

    /// <summary>The samples have different tables, so the batch is rotated as one long sequence.</summary>
    private static Tensor Rotate(Compute compute, Tensor x, RotaryTables tables)
    {
        Shape s = x.Shape;
        Tensor sequence = compute.Reshape(x, [1, s[0] * s[1], s[2], s[3]]);
        return compute.Reshape(compute.Rope(sequence, tables.Cos, tables.Sin), s);
    }

    private RotaryTables MakeTables(DType type)
    {
        int pairs = _rotary.Frequencies.Pairs;
        Shape shape = [_grids.Length * Length, pairs];
        RotaryTables all = new(TensorScope.Detach(Tensor.Zeros(shape, type)), TensorScope.Detach(Tensor.Zeros(shape, type)));
        for (int i = 0; i < _grids.Length; i++)
        {
            TokenGrid grid = _grids[i];
            double[] positions = [.. Enumerable.Range(0, grid.Frames)];
            using Tensor cos = all.Cos.Rows(i * Length, grid.Count);
            using Tensor sin = all.Sin.Rows(i * Length, grid.Count);
            _rotary.Fill(new RotaryTables(cos, sin), positions, grid.Height, grid.Width);

            // Padding is not rotated.
            using Tensor rest = all.Cos.Rows((i * Length) + grid.Count, Length - grid.Count);
            if (type == DType.F64)
            {
                rest.AsSpan<double>().Fill(1);
            }
            else
            {
                rest.Span.Fill(1);
            }
        }
        return all;
    }
}
