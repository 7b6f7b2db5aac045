using LongTake.Generation.Windows;
using LongTake.Models.Wan;

namespace LongTake.Generation.Methods.FreeNoise;

/// <summary>
/// FreeNoise's attention: windows, averaged with weights that fall towards the ends of a window. Memory and time grow with the length of the clip, not
/// with its square.
/// Source: fifo-and-sliding-window.md 4.2.
/// </summary>
/// <param name="rotary">Rotary embedding (<see cref="WanTransformer.Rotary"/>).</param>
/// <param name="grid">The tokens of a call.</param>
/// <param name="window">Latent frames of a window.</param>
/// <param name="stride">Latent frames from one window to the next, at most a window.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
public sealed class WindowFusionAttention(RotaryEmbedding rotary, TokenGrid grid, int window, int stride)
    : WindowedAttention(rotary, grid, window, stride, SlidingWindows.Triangle);
