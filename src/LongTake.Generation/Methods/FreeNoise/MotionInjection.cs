using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.FreeNoise;

/// <summary>
/// FreeNoise's way with several prompts: where a step decides on the picture as a whole or on its details, the first part of the network is under the
/// last prompt in all frames, so that scenes look alike; the other layers, and all layers in the steps between, see each frame's own prompt, which says
/// how it moves.
/// Source: fifo-and-sliding-window.md 4.3.
/// </summary>
/// <param name="PlainFrom">Share of the steps after which all layers see each frame's own prompt.</param>
/// <param name="PlainTo">Share of the steps up to which they do.</param>
/// <param name="Layers">Share of the blocks, from the first on, that see the last prompt in the other steps.</param>
public readonly record struct MotionInjection(double PlainFrom, double PlainTo, double Layers)
{
    // A share of the blocks may come out a rounding error above a whole number.
    private const double Rounding = 1e-9;

    /// <summary>How many blocks see the last prompt in a step.</summary>
    /// <param name="step">Which step, from 0.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="blocks">Blocks of the network.</param>
    public int LayersAt(int step, int steps, int blocks) =>
        step < PlainFrom * steps || step >= PlainTo * steps ? (int)Math.Ceiling((Layers * blocks) - Rounding) : 0;

    /// <summary>Says in a call over the whole video what the first blocks see.</summary>
    /// <param name="call">The call.</param>
    /// <param name="run">The run.</param>
    /// <param name="step">Which step, from 0.</param>
    internal void Apply(ClipCall call, ClipRunInfo run, int step)
    {
        call.FirstLayers = LayersAt(step, run.Sampler.Steps, run.Model.LayerCount);
        call.FirstPrompt = call.Prompts[^1];
    }
}
