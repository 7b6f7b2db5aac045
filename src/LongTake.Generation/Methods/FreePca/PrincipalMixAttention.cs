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
public sealed class PrincipalMixAttention : WindowedAttention, IStepAttention
{
    private readonly RotaryEmbedding _rotary;
    private readonly TokenGrid _grid;
    private readonly int _components;
    private readonly double _lowestTimestep;
    private readonly double[] _positions;
    private readonly float _sharpening;

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
        : base(rotary, grid, window, stride, SlidingWindows.Uniform)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 0);
        _rotary = rotary;
        _grid = grid;
        _components = components;
        _lowestTimestep = lowestTimestep;
        _positions = FrameViews.Positions(grid.Frames);

        // Softmax over more keys is flatter; queries times sqrt(log_W(M)) make up for it.
        _sharpening = (float)Math.Sqrt(Math.Log(grid.Frames) / Math.Log(window));
    }

    /// <summary>Whether windows are mixed in this step.</summary>
    public bool Mixes { get; private set; } = true;

    /// <inheritdoc/>
    public void BeginStep(int step, int steps, float timestep) => Mixes = timestep > _lowestTimestep;

    /// <summary>Attention over the whole clip, if windows are mixed.</summary>
    private protected override Tensor? Wide(Compute compute, Tensor q, Tensor k, Tensor v)
    {
        if (!Mixes)
        {
            return null;
        }
        using OperationScope scope = compute.Scope();
        RotaryTables tables = _rotary.Tables(_positions, _grid.Height, _grid.Width, type: q.DType);
        Tensor rotatedQ = compute.Rope(q, tables.Cos, tables.Sin);
        Tensor rotatedK = compute.Rope(k, tables.Cos, tables.Sin);
        AttentionOptions options = new() { Scale = _sharpening / MathF.Sqrt(q.Shape[3]) };
        return scope.Keep(compute.Attention(rotatedQ, rotatedK, v, options));
    }

    /// <summary>The first window stays as it is; the k-th after it takes k components at most.</summary>
    private protected override void Mix(Compute compute, int index, Tensor window, Tensor wide)
    {
        if (index > 0)
        {
            PrincipalMix.Apply(compute.Backend, window.Span, wide.Span, Window, Math.Min(index, _components));
        }
    }
}
