using LongTake.Generation.Streaming;

namespace LongTake.Generation.Stories;

/// <summary>When a scene takes effect.</summary>
/// <param name="Chunk">The first chunk under its prompt.</param>
/// <param name="Scene">The scene.</param>
public sealed record TimelineEntry(long Chunk, Scene Scene);

/// <summary>
/// A story in chunks: a scene takes effect at the first chunk that starts at or after its time, and at most one takes effect a chunk.
/// Source: autoregressive-streaming.md 6.2.
/// </summary>
public sealed class StoryTimeline
{
    private const double Rounding = 1e-6;

    private StoryTimeline(IReadOnlyList<TimelineEntry> entries, long? chunks)
    {
        Entries = entries;
        Chunks = chunks;
    }

    /// <summary>Scenes with rising chunks; the first is at chunk 0.</summary>
    public IReadOnlyList<TimelineEntry> Entries { get; }

    /// <summary>Chunks of the video; null if there is no end.</summary>
    public long? Chunks { get; }

    /// <summary>Works out when scenes take effect.</summary>
    /// <param name="story">The story.</param>
    /// <param name="frameRate">Frames a second.</param>
    /// <param name="chunkFrames">Latent frames of a chunk.</param>
    /// <exception cref="StoryException">Times overlap, leave gaps, are out of order or lie after the end.</exception>
    public static StoryTimeline Of(Story story, double frameRate = VideoTime.DefaultFrameRate, int chunkFrames = 3)
    {
        List<TimelineEntry> entries = [];
        double? end = 0;
        double previousStart = -1;
        for (int i = 0; i < story.Scenes.Count; i++)
        {
            Scene scene = story.Scenes[i];
            double start = StartOf(scene, i + 1, end, previousStart, frameRate, chunkFrames);
            long chunk = VideoTime.ChunkAtOrAfter((long)Math.Ceiling(start - Rounding), chunkFrames);
            if (i > 0)
            {
                chunk = Math.Max(chunk, entries[^1].Chunk + 1);
            }
            entries.Add(new TimelineEntry(chunk, scene));
            end = scene.Duration?.ToFrames(start, frameRate, chunkFrames);
            previousStart = start;
        }
        long? chunks = EndOf(story, end, previousStart, frameRate, chunkFrames);
        if (entries[^1].Chunk >= chunks)
        {
            throw new StoryException(
                $"Scene {entries.Count} would start when the video is over ({chunks} chunks); make the video longer or the scene earlier.");
        }
        return new StoryTimeline(entries, chunks);
    }

    private static double StartOf(Scene scene, int number, double? end, double previousStart, double frameRate, int chunkFrames)
    {
        if (scene.Start is not StoryTime given)
        {
            return end ?? throw new StoryException($"Scene {number} has no start and scene {number - 1} no duration; give one of them.");
        }
        double start = given.ToFrames(0, frameRate, chunkFrames);
        if (number == 1 && start > 0)
        {
            throw new StoryException($"Scene 1 starts at {given}, so nothing is to be seen before; start it at 0.");
        }
        if (start <= previousStart)
        {
            throw new StoryException($"Scene {number} starts at {given}, not after scene {number - 1}; put scenes in order of time.");
        }
        if (number > 1 && end is double before && Math.Abs(before - start) > Rounding)
        {
            throw new StoryException(before > start
                ? $"Scene {number} starts at {given}, while scene {number - 1} is not over; shorten that or start this later."
                : $"Scene {number - 1} is over before scene {number} starts at {given}; leave its duration out or close the gap.");
        }
        return start;
    }

    private static long? EndOf(Story story, double? end, double lastStart, double frameRate, int chunkFrames)
    {
        double? length = story.Length?.ToFrames(0, frameRate, chunkFrames);
        if (length <= lastStart)
        {
            throw new StoryException(
                $"The video ends at {story.Length}, before scene {story.Scenes.Count} starts; make it longer or drop the scene.");
        }
        if (length is double l && end is double e && Math.Abs(l - e) > Rounding)
        {
            throw new StoryException($"The video's length {story.Length} is not where the last scene ends; leave one of the two out.");
        }
        return (length ?? end) is double frames ? VideoTime.ChunksFor((long)Math.Ceiling(frames - Rounding), chunkFrames) : null;
    }
}
