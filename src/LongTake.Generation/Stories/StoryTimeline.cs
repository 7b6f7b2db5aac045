using LongTake.Generation.Streaming;

namespace LongTake.Generation.Stories;

/// <summary>
/// A story in chunks: a scene takes effect at the first chunk that starts at or after its time. A scene in which no chunk starts is refused.
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
    /// <exception cref="StoryException">
    /// Times overlap, leave gaps, are out of order or lie after the end; a scene is shorter than a chunk, or its blend longer than the scene.
    /// </exception>
    public static StoryTimeline Of(Story story, double frameRate = VideoTime.DefaultFrameRate, int chunkFrames = 3)
    {
        List<TimelineEntry> entries = [];
        double? end = 0;
        double previousStart = -1;
        for (int i = 0; i < story.Scenes.Count; i++)
        {
            Scene scene = story.Scenes[i];
            double start;
            try
            {
                start = StartOf(scene, i + 1, end, previousStart, frameRate, chunkFrames);
            }
            catch (StoryException e)
            {
                throw new StoryException(story.Place(i) + e.Message, e);
            }
            long chunk = VideoTime.ChunkAtOrAfter((long)Math.Ceiling(start - Rounding), chunkFrames);
            if (i > 0 && chunk <= entries[^1].Chunk)
            {
                int frames = VideoTime.FramesPerLatent * chunkFrames;
                throw new StoryException(FormattableString.Invariant(
                    $"{story.Place(i - 1)}Scene {i} is shorter than a chunk ({frames} frames, {frames / frameRate:0.##} s): none starts in it; ") +
                    "make it longer.");
            }
            entries.Add(new TimelineEntry(chunk, scene) { BlendChunks = scene.Change.BlendChunks(frameRate, chunkFrames) });
            end = scene.Duration?.ToFrames(start, frameRate, chunkFrames);
            previousStart = start;
        }
        long? chunks = EndOf(story, end, previousStart, frameRate, chunkFrames);
        if (entries[^1].Chunk >= chunks)
        {
            throw new StoryException(
                $"{story.Place(entries.Count - 1)}Scene {entries.Count} would start when the video is over ({chunks} chunks); " +
                "make the video longer or the scene earlier.");
        }
        for (int i = 0; i < entries.Count; i++)
        {
            entries[i] = entries[i] with { End = i + 1 < entries.Count ? entries[i + 1].Chunk : chunks };
            CheckBlend(story, i, entries[i]);
        }
        return new StoryTimeline(entries, chunks);
    }

    private static void CheckBlend(Story story, int i, TimelineEntry entry)
    {
        if (entry.BlendChunks > entry.End - entry.Chunk)
        {
            throw new StoryException(
                $"{story.Place(i)}Scene {i + 1} blends for {entry.BlendChunks} chunks ({entry.Scene.Change.Length}) but lasts " +
                $"{entry.End - entry.Chunk}; shorten the blend or make the scene longer.");
        }
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
