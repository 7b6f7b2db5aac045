using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Stories;

namespace LongTake.Evaluation.Suites;

/// <summary>An item laid out in time: all that is needed to generate its video and to measure it.</summary>
public sealed record PromptVideo
{
    /// <summary>The item.</summary>
    public required PromptItem Item { get; init; }

    /// <summary>Frame rate and training length.</summary>
    public required VideoProfile Profile { get; init; }

    /// <summary>Chunks of three latents.</summary>
    public required int Chunks { get; init; }

    /// <summary>Frames T.</summary>
    public required int FrameCount { get; init; }

    /// <summary>The prompts and the frames from which they hold.</summary>
    public required IReadOnlyList<PromptSegment> Prompts { get; init; }

    /// <summary>The true story in the Shapes world; null for prompts of any other world. Its frames can be rendered.</summary>
    public Shapes.Story? Truth { get; init; }

    /// <summary>Length as a multiple of the training length.</summary>
    public double Units => (double)Chunks / Profile.UnitChunks;

    /// <summary>The story as the generator takes it, with explicit first frames.</summary>
    public Generation.Stories.Story ToStory() => new(
        [.. Prompts.Select((p, i) => new Scene(p.Text, StoryTime.Frames(p.StartFrame), Change: Item.Scenes[i].Change))],
        StoryTime.Frames(FrameCount));

    /// <summary>What metrics are told of the video.</summary>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="ceilings">See <see cref="VideoDescription.Ceilings"/>.</param>
    /// <param name="sinkFrames">See <see cref="VideoDescription.SinkFrames"/>.</param>
    public VideoDescription Describe(int height, int width, IReadOnlyList<double>? ceilings = null, int sinkFrames = 0) => new()
    {
        FrameCount = FrameCount,
        Height = height,
        Width = width,
        FramesPerSecond = Profile.FramesPerSecond,
        Prompts = Prompts,
        Story = Truth,
        Ceilings = ceilings,
        SinkFrames = sinkFrames,
    };
}
