namespace LongTake.Evaluation.Metrics.VBenchLong;

/// <summary>A clip of a long video.</summary>
/// <param name="Start">First frame.</param>
/// <param name="Length">Frames.</param>
public readonly record struct Clip(int Start, int Length)
{
    /// <summary>The frame after the last.</summary>
    public int End => Start + Length;
}

/// <summary>
/// Cuts a long video into clips of equal length. Where frames are left over, a last clip ends with the video and overlaps the one before; a
/// video shorter than a clip stays whole. Source: spec metrics, section 4.1.
/// </summary>
public static class ClipPlan
{
    /// <summary>Cuts.</summary>
    /// <param name="frameCount">Frames of the video, at least 1.</param>
    /// <param name="framesPerSecond">Its rate; the whole number below it counts, so that 23.976 means 23.</param>
    /// <param name="options">How long clips are.</param>
    /// <returns>In order of time.</returns>
    public static IReadOnlyList<Clip> Cut(int frameCount, double framesPerSecond, ClipOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameCount, 1);
        options.Validate();
        long length = (long)framesPerSecond * options.Seconds;
        if (length < 1 || length >= frameCount)
        {
            return [new Clip(0, frameCount)];
        }
        int whole = frameCount / (int)length;
        List<Clip> clips = [.. Enumerable.Range(0, whole).Select(i => new Clip(i * (int)length, (int)length))];
        if (whole * length < frameCount)
        {
            clips.Add(new Clip(frameCount - (int)length, (int)length));
        }
        return clips;
    }

    /// <summary>What is known of a clip: as of the video, with the prompts in force in it. The truth of the Shapes world is not cut.</summary>
    public static VideoDescription Describe(VideoDescription video, Clip clip)
    {
        List<PromptSegment> prompts = [];
        foreach (PromptSegment prompt in video.Prompts.Where(p => p.StartFrame < clip.End))
        {
            int start = Math.Max(prompt.StartFrame - clip.Start, 0);
            if (prompts.Count > 0 && start == 0)
            {
                // An earlier prompt that was over when the clip began.
                prompts.Clear();
            }
            prompts.Add(prompt with { StartFrame = start });
        }
        return video with
        {
            FrameCount = clip.Length,
            Prompts = prompts,
            Story = null,
            Ceilings = null,
            SinkFrames = 0,
            Faces = video.Faces is null ? null : [.. video.Faces.Skip(clip.Start).Take(clip.Length)],
        };
    }
}
