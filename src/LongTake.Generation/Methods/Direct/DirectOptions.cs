using LongTake.Generation.Clips;
using LongTake.Generation.WholeVideos;

namespace LongTake.Generation.Methods.Direct;

/// <summary>
/// The longer video as one longer clip: what the model does by itself beyond the length that it was trained on. Positions are plain. The
/// yardstick for every other method, and, at the trained length, plain sampling of a clip.
/// Source: fifo-and-sliding-window.md 1; rope-extension-bidirectional.md 2 (PE).
/// </summary>
public sealed record DirectOptions
{
    private const string Name = "direct";

    /// <summary>The preset <c>direct</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "The whole video as one clip, beyond the length that the model was trained on", _ => new DirectOptions().ToMethod())
    {
        Keeps = "all latents of the video in one call",
        Paper = "plain extrapolation, the control of every paper",
    };

    /// <summary>Makes the method.</summary>
    public ClipMethod ToMethod() => new SinglePassMethod(Name).ToMethod();
}
