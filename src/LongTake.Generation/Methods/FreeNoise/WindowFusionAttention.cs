using LongTake.Generation.Windows;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.FreeNoise;

/// <summary>
/// Self-attention over a long clip in overlapping windows of whole frames: each window attends within itself, at rotary positions that begin
/// at 0 in it, and where windows overlap their results are averaged with weights that fall towards the ends of a window. One window of the
/// whole clip is plain attention, bit for bit. Memory and time grow with the length of the clip, not with its square.
/// Source: fifo-and-sliding-window.md 4.2 (the adaptation to attention over space and time).
/// </summary>
public sealed class WindowFusionAttention : ISelfAttention, IDisposable
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid _grid;
    private readonly int _window;
    private readonly int[] _starts;
    private readonly float[][] _shares;
    private readonly double[] _positions;
    private readonly FullAttention _whole;

    /// <summary>Attention over a grid of tokens.</summary>
    /// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
    /// <param name="grid">The tokens of a call.</param>
    /// <param name="window">Latent frames of a window.</param>
    /// <param name="stride">Latent frames from one window to the next, at most a window.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public WindowFusionAttention(RotaryEmbedding rotary, TokenGrid grid, int window, int stride)
    {
        _rotary = rotary;
        _grid = grid;
        _starts = SlidingWindows.Starts(grid.Frames, window, stride);
        _window = Math.Min(window, grid.Frames);
        _shares = SlidingWindows.Normalize(_starts, SlidingWindows.Triangle(_window), grid.Frames);
        _positions = FrameViews.Positions(_window);
        _whole = new FullAttention(rotary, grid);
    }

    /// <inheritdoc/>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        if (_starts.Length == 1)
        {
            return _whole.Attend(compute, layer, q, k, v);
        }
        using OperationScope scope = compute.Scope();
        int tokens = _grid.TokensPerFrame;
        RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width, type: q.DType);
        Tensor y = Tensor.Zeros(q.Shape, q.DType);
        for (int b = 0; b < q.Shape[0]; b++)
        {
            for (int w = 0; w < _starts.Length; w++)
            {
                using TensorScope one = TensorScope.Open();
                Tensor windowQ = compute.Rope(FrameViews.Frames(q, b, _starts[w], _window, tokens), tables.Cos, tables.Sin);
                Tensor windowK = compute.Rope(FrameViews.Frames(k, b, _starts[w], _window, tokens), tables.Cos, tables.Sin);
                Tensor windowY = compute.Attention(windowQ, windowK, FrameViews.Frames(v, b, _starts[w], _window, tokens));
                FrameViews.AddFrames(compute, windowY, _shares[w], y, b, _starts[w]);
            }
        }
        return scope.Keep(y);
    }

    /// <inheritdoc/>
    public void Dispose() => _whole.Dispose();
}
