using LongTake.Generation.PromptChanges;
using LongTake.Generation.Stories;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

// Which prompt holds for a chunk. A function of the story and the chunk's number, so that a run can be taken up anywhere, also within a blend.
public sealed partial class StreamingGenerator
{
    /// <summary>Checks options and story together as far as that goes without a model.</summary>
    /// <param name="story">What is to be seen.</param>
    /// <param name="options">Options.</param>
    /// <returns>When scenes take effect.</returns>
    /// <exception cref="ArgumentException">
    /// Options are out of range or conflict, or a scene asks for what the method cannot do; the message names them.
    /// </exception>
    /// <exception cref="StoryException">The story's times do not fit together.</exception>
    public static StoryTimeline Check(Story story, GenerationOptions options)
    {
        options.Validate();
        StoryTimeline timeline = StoryTimeline.Of(story, options.FrameRate, options.ChunkFrames);
        CheckScenes(story, timeline, options.Method, RunOf(timeline, options));
        return timeline;
    }

    private void SetPromptOfChunk()
    {
        bool begins = _entry + 1 < Timeline.Entries.Count && Timeline.Entries[_entry + 1].Chunk <= Chunk;
        if (begins)
        {
            _entry++;
        }
        TimelineEntry entry = Timeline.Entries[_entry];
        long step = Chunk - entry.Chunk + 1;
        if (step < entry.BlendChunks)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor mixed = PromptBlend.Between(_prompts[_entry - 1], _prompts[_entry], (double)step / entry.BlendChunks);
            _generator.SetPrompt(mixed, _negative, SceneChangeKind.Blend);
        }
        else if (begins || step == entry.BlendChunks)
        {
            _generator.SetPrompt(_prompts[_entry], _negative, entry.Scene.Change.Kind);
        }
    }

    private static RunInfo RunOf(StoryTimeline timeline, GenerationOptions options) =>
        new(options.Seed, options.ChunkFrames, timeline.Chunks is long n ? checked((int)(n * options.ChunkFrames)) : null);

    /// <summary>Finds out before the start what a method cannot do where the story asks for it.</summary>
    private static void CheckScenes(Story story, StoryTimeline timeline, StreamingMethod method, RunInfo run)
    {
        if (method.CannotTell(timeline.Entries.Count) is string reason)
        {
            throw new ArgumentException(reason);
        }
        for (int i = 0; i < timeline.Entries.Count; i++)
        {
            SceneChange change = timeline.Entries[i].Scene.Change;
            if (change.Kind == SceneChangeKind.Cut && !(method.Rolling is null && method.Positions(run).CanCut))
            {
                throw new ArgumentException(
                    $"{story.Place(i)}Scene {i + 1} starts with a cut, which the method '{method.Name}' does not know; " +
                    "use infinity-rope or longlive-infinity, or leave the cut out.");
            }
            if (change == SceneChange.Method)
            {
                continue;
            }
            SceneAnswer answer = SceneChangePolicies.For(change.Kind, method, run, method.PromptChange(run), method.Context(run));
            if (answer.Policy is null)
            {
                throw new ArgumentException(
                    $"{story.Place(i)}Scene {i + 1} asks for '{change}', which the method '{method.Name}' cannot do: {answer.Reason}; " +
                    $"leave '{change}' out or use keep.");
            }
        }
    }
}
