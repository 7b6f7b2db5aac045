using LongTake.Generation.Spectra;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.FreeLong;

/// <summary>What frames near the ends of a clip see in the local branch.</summary>
public enum BandEdges
{
    /// <summary>Only what is there: fewer frames than in the middle.</summary>
    Truncate,

    /// <summary>As many frames as in the middle: the band is moved inside.</summary>
    Shift,
}

/// <summary>
/// FreeLong's attention over a long clip: a global branch in which every frame sees every other, and a local branch in which it sees
/// the frames within a reach; the result has the low frequencies of the first and the high ones of the second. Both branches share queries and keys
/// at their places in the clip.
/// Source: fifo-and-sliding-window.md 5.
/// </summary>
public sealed class SpectralBlendAttention : IStepAttention, IDisposable
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid _grid;
    private readonly int _reach;
    private readonly BandEdges _edges;
    private readonly double _blendSteps;
    private readonly FullAttention _whole;
    private readonly SpectralFilter _filter;
    private readonly double[] _positions;

    /// <summary>Attention over a grid of tokens.</summary>
    /// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
    /// <param name="grid">The tokens of a call.</param>
    /// <param name="reach">Frames to either side that the local branch sees.</param>
    /// <param name="filter">Share of the global branch by frequency, over the grid.</param>
    /// <param name="edges">What the local branch sees near the ends.</param>
    /// <param name="blendSteps">Share of the steps, from the first on, in which the global branch takes part, 0 to 1.</param>
    /// <exception cref="ArgumentException">The reach is negative, or the filter is not for the grid.</exception>
    public SpectralBlendAttention(
        RotaryEmbedding rotary, TokenGrid grid, int reach, SpectralFilter filter, BandEdges edges = BandEdges.Truncate, double blendSteps = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(reach, 0);
        if ((filter.Frames, filter.Height, filter.Width) != (grid.Frames, grid.Height, grid.Width))
        {
            throw new ArgumentException(
                $"A filter over {filter.Frames} x {filter.Height} x {filter.Width} tokens is not for {grid}.", nameof(filter));
        }
        _rotary = rotary;
        _grid = grid;
        _reach = reach;
        _filter = filter;
        _edges = edges;
        _blendSteps = blendSteps;
        _whole = new FullAttention(rotary, grid);
        _positions = FrameViews.Positions(grid.Frames);
    }

    /// <summary>Whether the global branch takes part in this step; the local one is alone otherwise.</summary>
    public bool Blends { get; private set; } = true;

    /// <inheritdoc/>
    public void BeginStep(int step, int steps, float timestep) => Blends = step < _blendSteps * steps;

    /// <inheritdoc/>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        if (_reach >= _grid.Frames - 1 || (Blends && _filter.PassesAll))
        {
            return _whole.Attend(compute, layer, q, k, v);
        }
        using OperationScope scope = compute.Scope();
        RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width, type: q.DType);
        Tensor rotatedQ = compute.Rope(q, tables.Cos, tables.Sin);
        Tensor rotatedK = compute.Rope(k, tables.Cos, tables.Sin);
        Tensor y = Local(compute, rotatedQ, rotatedK, v);
        if (Blends && !_filter.PassesNothing)
        {
            SpectralBlend.Apply(compute.Backend, compute.Attention(rotatedQ, rotatedK, v), y, _filter);
        }
        return scope.Keep(y);
    }

    /// <inheritdoc/>
    public void Dispose() => _whole.Dispose();

    /// <summary>Frames [first, first + count) that a frame sees in the local branch.</summary>
    internal (int First, int Count) Band(int frame)
    {
        int frames = _grid.Frames;
        if (_edges == BandEdges.Shift)
        {
            int width = Math.Min((2 * _reach) + 1, frames);
            return (Math.Clamp(frame - _reach, 0, frames - width), width);
        }
        int first = Math.Max(0, frame - _reach);
        return (first, Math.Min(frames, frame + _reach + 1) - first);
    }

    // Frame by frame: a mask of all pairs of tokens would be gigabytes at full size.
    private Tensor Local(Compute compute, Tensor q, Tensor k, Tensor v)
    {
        int tokens = _grid.TokensPerFrame;
        Tensor y = Tensor.Empty(q.Shape, q.DType);
        for (int b = 0; b < q.Shape[0]; b++)
        {
            for (int f = 0; f < _grid.Frames; f++)
            {
                using TensorScope one = TensorScope.Open();
                (int first, int count) = Band(f);
                Tensor frame = compute.Attention(
                    FrameViews.Frames(q, b, f, 1, tokens),
                    FrameViews.Frames(k, b, first, count, tokens),
                    FrameViews.Frames(v, b, first, count, tokens));
                FrameViews.Frames(y, b, f, 1, tokens).CopyFrom(frame);
            }
        }
        return y;
    }
}
