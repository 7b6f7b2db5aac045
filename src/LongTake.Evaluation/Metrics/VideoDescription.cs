using LongTake.Evaluation.Metrics.Faces;
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

    /// <summary>The faces of each frame, where a detector has found them beforehand; null when that is not known.</summary>
    public IReadOnlyList<IReadOnlyList<DetectedFace>>? Faces { get; init; }

    /// <summary>Bytes of a frame, H·W·3.</summary>
    public int FrameBytes => Height * Width * 3;

    /// <summary>Seconds.</summary>
    public double Duration => FrameCount / FramesPerSecond;

    /// <summary>Checks that the sizes make sense and that the prompts are in order.</summary>
    /// <exception cref="ArgumentException">They do not; the message names what is wrong.</exception>
    public void Validate()
    {
        if (FrameCount < 1 || Height < 1 || Width < 1 || FramesPerSecond is not (> 0 and < double.PositiveInfinity))
        {
            throw new ArgumentException(
                "A video has at least one frame of at least one pixel and a positive frame rate, " +
                $"not {FrameCount} frames of {Width}x{Height} at {FramesPerSecond}.");
        }
        if (SinkFrames < 0)
        {
            throw new ArgumentException($"{nameof(SinkFrames)} is {SinkFrames}; it is the number of frames that sinks hold, 0 for none.");
        }
        if (Faces is not null && Faces.Count != FrameCount)
        {
            throw new ArgumentException($"{nameof(Faces)} are those of {Faces.Count} frames, and the video has {FrameCount}.");
        }
        for (int i = 0; i < Prompts.Count; i++)
        {
            if (i == 0 ? Prompts[0].StartFrame != 0 : Prompts[i].StartFrame <= Prompts[i - 1].StartFrame)
            {
                throw new ArgumentException(
                    $"Prompts are in order of their first frames and the first starts at frame 0; prompt {i} starts at {Prompts[i].StartFrame}.");
            }
        }
    }
}

/// <summary>A prompt and the time from which it holds.</summary>
/// <param name="Text">The prompt.</param>
/// <param name="StartFrame">First frame, from 0.</param>
public sealed record PromptSegment(string Text, int StartFrame);
