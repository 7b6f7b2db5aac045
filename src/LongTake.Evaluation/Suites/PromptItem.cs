using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Stories;

namespace LongTake.Evaluation.Suites;

/// <summary>One item of a suite: a prompt, or a story of several, that every method is asked for.</summary>
public sealed record PromptItem
{
    private const int MaxChunks = 1_000_000;

    /// <summary>Name of the item, unique in its suite; letters, digits, '.', '_' and '-', so that files can be named after it.</summary>
    public required string Id { get; init; }

    /// <summary>The prompts in order. Without any times, they share the video equally.</summary>
    public required IReadOnlyList<Scene> Scenes { get; init; }

    /// <summary>Length of the video; null for the length that the evaluation asks for.</summary>
    public StoryTime? Length { get; init; }

    /// <summary>The group that the item is reported in (for the Shapes world: how far it is from the training data); null for none.</summary>
    public string? Level { get; init; }

    /// <summary>
    /// What the prompts say in the Shapes world; null for prompts of any other world. It has one segment a scene, or several that share the
    /// video equally where one prompt tells them all.
    /// </summary>
    public SuiteItem? Truth { get; init; }

    /// <summary>Lays the item out in time. Scenes begin at chunks, as they do in generation.</summary>
    /// <param name="profile">Frame rate and training length.</param>
    /// <param name="units">Length as a multiple of the training length; an item with a length of its own keeps that.</param>
    /// <exception cref="SuiteException">The scenes do not fit; the message names the item.</exception>
    public PromptVideo At(VideoProfile profile, int units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        try
        {
            (int chunks, int[] starts) = Scenes.Any(s => s.Start is not null || s.Duration is not null) || Length is not null
                ? Timed(profile, units)
                : (units * profile.UnitChunks, Starts(units * profile.UnitChunks, Scenes.Count));
            int frames = FrameGrid.Frames(chunks * FrameGrid.ChunkLatents);
            return new PromptVideo
            {
                Item = this,
                Profile = profile,
                Chunks = chunks,
                FrameCount = frames,
                Prompts = [.. Scenes.Select((s, i) => new PromptSegment(s.Prompt, starts[i]))],
                Truth = Truth is null
                    ? null
                    : TruthAt(Truth, profile, Scenes.Count == Truth.Segments.Count ? starts : Starts(chunks, Truth.Segments.Count), frames),
            };
        }
        catch (StoryException e)
        {
            throw new SuiteException($"Item {Id}: {e.Message}", e);
        }
    }

    private (int Chunks, int[] Starts) Timed(VideoProfile profile, int units)
    {
        StoryTimeline timeline = StoryTimeline.Of(
            new Generation.Stories.Story(Scenes, Length), profile.FramesPerSecond, FrameGrid.ChunkLatents);
        if (timeline.Chunks is null)
        {
            timeline = StoryTimeline.Of(
                new Generation.Stories.Story(Scenes, StoryTime.Frames(profile.Frames(units))), profile.FramesPerSecond, FrameGrid.ChunkLatents);
        }
        return timeline.Chunks is long chunks and <= MaxChunks
            ? ((int)chunks, [.. timeline.Entries.Select(e => FrameGrid.ChunkStart((int)e.Chunk))])
            : throw new SuiteException($"Item {Id} would be {timeline.Chunks} chunks long; the most is {MaxChunks}.");
    }

    /// <summary>Equal shares, as <see cref="SuiteItem.ToStory"/> has them.</summary>
    private int[] Starts(int chunks, int count) => chunks >= count
        ? [.. Enumerable.Range(0, count).Select(i => FrameGrid.ChunkStart(((2 * i * chunks) + count) / (2 * count)))]
        : throw new SuiteException($"Item {Id} has {count} scenes, which do not fit into {chunks} chunks; ask for a longer video.");

    private static Shapes.Story TruthAt(SuiteItem truth, VideoProfile profile, int[] starts, int frames) => new(
        profile.FramesPerSecond, truth.StartX, truth.StartY,
        [.. truth.Segments.Select((s, i) =>
            new StoryScene(s.State, s.Phase, starts[i], (i + 1 < starts.Length ? starts[i + 1] : frames) - starts[i]))]);
}
