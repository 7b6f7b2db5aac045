using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.FreePca;

/// <summary>
/// FreePCA's attention over a long clip: a long branch in which all frames see each other, with sharper scores for the larger number of them, and
/// a short one in windows at rotary positions that begin at 0 in each. Within every window but the first, the principal components in which the
/// branches agree are taken from the long one (<see cref="PrincipalMix"/>); overlapping windows are averaged with equal weights.
/// Source: fifo-and-sliding-window.md 7.2.
/// </summary>
public sealed class PrincipalMixAttention : IStepAttention, IDisposable
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid _grid;
    private readonly int _window;
    private readonly int _components;
    private readonly double _lowestTimestep;
    private readonly int[] _starts;
    private readonly float[][] _shares;
    private readonly double[] _windowPositions;
    private readonly double[] _positions;
    private readonly float _sharpening;
    private readonly FullAttention _whole;

    /// <summary>Attention over a grid of tokens.</summary>
    /// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
    /// <param name="grid">The tokens of a call.</param>
    /// <param name="window">Latent frames of a window, at least 2.</param>
    /// <param name="stride">Latent frames from one window to the next, at most a window.</param>
    /// <param name="components">Most components that a window takes from the long branch; the k-th window takes k at most.</param>
    /// <param name="lowestTimestep">Timestep (0 to 1000) up to which windows are left as they are.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public PrincipalMixAttention(
        RotaryEmbedding rotary, TokenGrid grid, int window, int stride, int components, double lowestTimestep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 0);
        _rotary = rotary;
        _grid = grid;
        _components = components;
        _lowestTimestep = lowestTimestep;
        _starts = SlidingWindows.Starts(grid.Frames, window, stride);
        _window = Math.Min(window, grid.Frames);
        _shares = SlidingWindows.Normalize(_starts, SlidingWindows.Uniform(_window), grid.Frames);
        _windowPositions = FrameViews.Positions(_window);
        _positions = FrameViews.Positions(grid.Frames);

        // Softmax over more keys is flatter; queries times sqrt(log_W(M)) make up for it.
        _sharpening = (float)Math.Sqrt(Math.Log(grid.Frames) / Math.Log(window));
        _whole = new FullAttention(rotary, grid);
    }

    /// <summary>Whether windows are mixed in this step.</summary>
    public bool Mixes { get; private set; } = true;

    /// <inheritdoc/>
    public void BeginStep(int step, int steps, float timestep) => Mixes = timestep > _lowestTimestep;

    /// <inheritdoc/>
    public Tensor Attend(Compute compute, int layer, Tensor q, Tensor k, Tensor v)
    {
        if (_starts.Length == 1)
        {
            return _whole.Attend(compute, layer, q, k, v);
        }
        using OperationScope scope = compute.Scope();
        int tokens = _grid.TokensPerFrame;
        Tensor? wide = Mixes ? Long(compute, q, k, v) : null;
        RotaryTables tables = _rotary.Tables(_windowPositions, _grid.Height, _grid.Width, type: q.DType);
        Tensor y = Tensor.Zeros(q.Shape, q.DType);
        for (int b = 0; b < q.Shape[0]; b++)
        {
            for (int w = 0; w < _starts.Length; w++)
            {
                using TensorScope one = TensorScope.Open();
                Tensor windowQ = compute.Rope(FrameViews.Frames(q, b, _starts[w], _window, tokens), tables.Cos, tables.Sin);
                Tensor windowK = compute.Rope(FrameViews.Frames(k, b, _starts[w], _window, tokens), tables.Cos, tables.Sin);
                Tensor windowY = compute.Attention(windowQ, windowK, FrameViews.Frames(v, b, _starts[w], _window, tokens));
                if (wide is not null && w > 0)
                {
                    Tensor longY = FrameViews.Frames(wide, b, _starts[w], _window, tokens);
                    PrincipalMix.Apply(compute.Backend, windowY.Span, longY.Span, _window, Math.Min(w, _components));
                }
                FrameViews.AddFrames(compute, windowY, _shares[w], y, b, _starts[w]);
            }
        }
        return scope.Keep(y);
    }

    /// <inheritdoc/>
    public void Dispose() => _whole.Dispose();

    private Tensor Long(Compute compute, Tensor q, Tensor k, Tensor v)
    {
        using OperationScope scope = compute.Scope();
        RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width, type: q.DType);
        Tensor rotatedQ = compute.Rope(q, tables.Cos, tables.Sin);
        Tensor rotatedK = compute.Rope(k, tables.Cos, tables.Sin);
        AttentionOptions options = new() { Scale = _sharpening / MathF.Sqrt(q.Shape[3]) };
        return scope.Keep(compute.Attention(rotatedQ, rotatedK, v, options));
    }
}
