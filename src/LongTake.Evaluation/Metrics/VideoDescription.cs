using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics;

/// <summary>What is known of a video before its first frame is seen.</summary>
public sealed record VideoDescription
{
    /// <summary>Frames T.</summary>
    public required int FrameCount { get; init; }

    /// <summary>Height H in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Width W in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Frames a second.</summary>
    public required double FramesPerSecond { get; init; }

    /// <summary>The prompts in force, in order of their first frames; the first starts at frame 0. Empty when none is known.</summary>
    public IReadOnlyList<PromptSegment> Prompts { get; init; } = [];

    /// <summary>The true story, for videos of the Shapes world; null for all others.</summary>
    public Story? Story { get; init; }

    /// <summary>
    /// Per scene of <see cref="Story"/>, the fidelity in (0, 1] that a perfect video keeps through the model's VAE; null for 1.
    /// </summary>
    public IReadOnlyList<double>? Ceilings { get; init; }

    /// <summary>Frames that attention sinks hold from the start of the video, 0 when the method has none (or is not known).</summary>
    public int SinkFrames { get; init; }

    /// <summary>Bytes of a frame, H·W·3.</summary>
    public int FrameBytes => Height * Width * 3;

    /// <summary>Seconds.</summary>
    public double Duration => FrameCount / FramesPerSecond;
}

/// <summary>A prompt and the time from which it holds.</summary>
/// <param name="Text">The prompt.</param>
/// <param name="StartFrame">First frame, from 0.</param>
public sealed record PromptSegment(string Text, int StartFrame);
