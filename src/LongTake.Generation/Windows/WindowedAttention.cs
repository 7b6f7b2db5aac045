using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Windows;

/// <summary>
/// Self-attention over a long clip in overlapping windows of whole frames: each window attends within itself, at rotary positions that begin
/// at 0 in it, and where windows overlap their results are averaged. One window of the whole clip is plain attention, bit for bit.
/// Source: fifo-and-sliding-window.md 4.2 (the adaptation to attention over space and time).
/// </summary>
public abstract class WindowedAttention : ISelfAttention, IDisposable
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid _grid;
    private readonly int[] _starts;
    private readonly float[][] _shares;
    private readonly double[] _positions;
    private readonly FullAttention _whole;

    /// <summary>Attention over a grid of tokens.</summary>
    /// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
    /// <param name="grid">The tokens of a call.</param>
    /// <param name="window">Latent frames of a window.</param>
    /// <param name="stride">Latent frames from one window to the next, at most a window.</param>
    /// <param name="weights">What the places of a window of so many frames count for where windows overlap.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    private protected WindowedAttention(RotaryEmbedding rotary, TokenGrid grid, int window, int stride, Func<int, float[]> weights)
    {
        _rotary = rotary;
        _grid = grid;
        _starts = SlidingWindows.Starts(grid.Frames, window, stride);
        Window = Math.Min(window, grid.Frames);
        _shares = SlidingWindows.Normalize(_starts, weights(Window), grid.Frames);
        _positions = FrameViews.Positions(Window);
        _whole = new FullAttention(rotary, grid);
    }

    /// <summary>Latent frames of a window; never more than the clip has.</summary>
    private protected int Window { get; }

    /// <inheritdoc/>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        if (_starts.Length == 1)
        {
            return _whole.Attend(compute, layer, q, k, v);
        }
        using OperationScope scope = compute.Scope();
        int tokens = _grid.TokensPerFrame;
        Tensor? wide = Wide(compute, q, k, v);
        RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width, type: q.DType);
        Tensor y = Tensor.Zeros(q.Shape, q.DType);
        for (int b = 0; b < q.Shape[0]; b++)
        {
            for (int w = 0; w < _starts.Length; w++)
            {
                using TensorScope one = TensorScope.Open();
                Tensor windowQ = compute.Rope(FrameViews.Frames(q, b, _starts[w], Window, tokens), tables.Cos, tables.Sin);
                Tensor windowK = compute.Rope(FrameViews.Frames(k, b, _starts[w], Window, tokens), tables.Cos, tables.Sin);
                Tensor windowY = compute.Attention(windowQ, windowK, FrameViews.Frames(v, b, _starts[w], Window, tokens));
                if (wide is not null)
                {
                    Mix(compute, w, windowY, FrameViews.Frames(wide, b, _starts[w], Window, tokens));
                }
                FrameViews.AddFrames(compute, windowY, _shares[w], y, b, _starts[w]);
            }
        }
        return scope.Keep(y);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _whole.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A second branch over the whole clip, of which windows take something over. Default: none.</summary>
    /// <returns>[B, N, H, D], or null.</returns>
    private protected virtual Tensor? Wide(Compute compute, Tensor q, Tensor k, Tensor v) => null;

    /// <summary>Takes something over from the second branch.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="index">Which window, from 0.</param>
    /// <param name="window">What the window made of its frames [1, window x tokens a frame, H, D]; changed in place.</param>
    /// <param name="wide">What the second branch made of them; other windows read it too.</param>
    private protected virtual void Mix(Compute compute, int index, Tensor window, Tensor wide)
    {
    }
}
