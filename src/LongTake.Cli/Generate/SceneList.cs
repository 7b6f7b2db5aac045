using LongTake.Generation.PromptChanges;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using static System.FormattableString;

namespace LongTake.Cli.Generate;

/// <summary>The scenes of a story on their time line, in words: for the display of a run.</summary>
/// <param name="timeline">When scenes take effect.</param>
/// <param name="frameRate">Frames a second.</param>
/// <param name="chunkFrames">Latent frames of a chunk.</param>
/// <param name="method">Name of the method, whose own way scenes take over in unless they say otherwise.</param>
internal sealed class SceneList(StoryTimeline timeline, double frameRate, int chunkFrames, string method)
{
    private const int MostRows = 5;

    public int Count => timeline.Entries.Count;

    /// <summary>The scene that a chunk belongs to; the last one after the end.</summary>
    public int At(long chunk)
    {
        int scene = 0;
        while (scene + 1 < Count && timeline.Entries[scene + 1].Chunk <= chunk)
        {
            scene++;
        }
        return scene;
    }

    /// <summary>"scene 2/3, 6.6 to 12.6 s, blend over 4 chunks: It turns blue."</summary>
    public string Line(int scene)
    {
        string change = Change(scene);
        return Invariant($"scene {scene + 1}/{Count}, {Times(scene)}{(change.Length > 0 ? ", " : "")}{change}: {timeline.Entries[scene].Scene.Prompt}");
    }

    /// <summary>
    /// The scene in work with the one before it and the next few, one line each: "&gt; 2/3   6.6 to 12.6 s  blend 2/4  It turns blue."
    /// The number of lines stays the same over a run.
    /// </summary>
    /// <param name="chunk">The chunk in work.</param>
    /// <returns>Lines, and whether each is the scene in work.</returns>
    public (string Text, bool InWork)[] Rows(long chunk)
    {
        int current = At(chunk);
        int count = Math.Min(MostRows, Count);
        int first = Math.Clamp(current - 1, 0, Count - count);
        string[] times = [.. Enumerable.Range(first, count).Select(Times)];
        string[] changes = [.. Enumerable.Range(first, count).Select(i => i == current ? Step(i, chunk) : Change(i))];
        int number = Invariant($"{Count}/{Count}").Length;
        (string, bool)[] rows = new (string, bool)[count];
        for (int i = 0; i < count; i++)
        {
            int scene = first + i;
            string place = Invariant($"{scene + 1}/{Count}").PadLeft(number);
            rows[i] = (
                $"{(scene == current ? ">" : " ")} {place}  {times[i].PadLeft(times.Max(t => t.Length))}  " +
                $"{changes[i].PadRight(changes.Max(c => c.Length))}  {timeline.Entries[scene].Scene.Prompt}",
                scene == current);
        }
        return rows;
    }

    private string Times(int scene)
    {
        TimelineEntry entry = timeline.Entries[scene];
        return entry.End is long end
            ? Invariant($"{Seconds(entry.Chunk):0.0} to {Seconds(end):0.0} s")
            : Invariant($"from {Seconds(entry.Chunk):0.0} s");
    }

    private string Change(int scene)
    {
        TimelineEntry entry = timeline.Entries[scene];
        return entry.Scene.Change.Kind switch
        {
            SceneChangeKind.Method => scene == 0 ? "" : $"as {method} does",
            SceneChangeKind.Blend => Invariant($"blend over {entry.BlendChunks} chunk{(entry.BlendChunks == 1 ? "" : "s")}"),
            _ => entry.Scene.Change.ToString(),
        };
    }

    /// <summary>While a scene blends in, how far that is.</summary>
    private string Step(int scene, long chunk)
    {
        TimelineEntry entry = timeline.Entries[scene];
        long step = chunk - entry.Chunk + 1;
        return step <= entry.BlendChunks ? Invariant($"blend {step}/{entry.BlendChunks}") : Change(scene);
    }

    private double Seconds(long chunk) => VideoTime.ChunkStart(chunk, chunkFrames) / frameRate;
}
