using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Analysis;

/// <summary>The planted damages of spec/benchmarks.md section 4.9: ground truth in, treated video out.</summary>
internal static class Treatments
{
    private static readonly int s_frameBytes = SceneRenderer.FrameBytes(1);

    public static byte[] Truth(Story story)
    {
        byte[] video = new byte[story.FrameCount * s_frameBytes];
        story.Render(0, story.FrameCount, video);
        return video;
    }

    public static byte[] Apply(string name, Story story)
    {
        SplitMix64 random = new(31UL);
        byte[] truth = Truth(story);
        int frames = story.FrameCount;
        return name switch
        {
            "none" => truth,
            "noise" => Spoil(truth, _ => Degradation.Noise(0.03, random)),
            "blur" => Spoil(truth, _ => Degradation.Blur(0.8)),
            "saturation up" => Spoil(truth, u => Degradation.Saturation(1 + 0.6 * u)),
            "saturation down" => Spoil(truth, u => Degradation.Saturation(1 - 0.6 * u)),
            "gain up" => Spoil(truth, u => Degradation.Gain(1 + 0.4 * u)),
            "gain down" => Spoil(truth, u => Degradation.Gain(1 - 0.4 * u)),
            "growing blur" => Spoil(truth, u => Degradation.Blur(2 * u)),
            "growing noise" => Spoil(truth, u => Degradation.Noise(0.15 * u, random)),
            "frozen" => Reorder(truth, t => Math.Min(t, frames / 3)),
            "reset" => Reorder(truth, t => t % (132 * story.FramesPerSecond / 16)),
            "loop" => Reorder(truth, t => t % VideoProfile.OfRate(story.FramesPerSecond).Frames(1)),
            "reversed" => Reorder(truth, t => frames - 1 - t),
            "colour" => Second(story, s => s with { Colour = (s.Colour + 3) % 8 }),
            "mark" => Second(story, s => s with { Mark = (s.Mark + 1) % 3 }),
            "shape" => Second(story, s => s with { Shape = (s.Shape + 2) % 6 }),
            "texture" => Second(story, s => s with { Texture = (s.Texture + 2) % 6 }),
            "background" => Second(story, s => s with { Texture = (s.Texture + 2) % 6, Palette = (s.Palette + 3) % 6 }),
            "lost" => Lost(story),
            "flicker" => Spoil(truth, u => Degradation.Brightness((int)Math.Round(u * (frames - 1)) % 2 == 0 ? 0.03 : -0.03)),
            "still" => Reorder(truth, _ => 0),
            "restart" => Restart(story),
            "ignored" => Truth(new Story(
                story.FramesPerSecond, story.Start.X, story.Start.Y, [story.Scenes[0] with { FrameCount = frames }])),
            "slow" => Slow(story),
            _ => throw new ArgumentException(name, nameof(name)),
        };
    }

    /// <summary>A change of values that depends on how far into the video a frame is, 0 to 1.</summary>
    private static byte[] Spoil(byte[] truth, Func<double, Action<float[]>> spoil)
    {
        int frames = truth.Length / s_frameBytes;
        for (int i = 0; i < frames; i++)
        {
            Degradation.Apply(truth.AsSpan(i * s_frameBytes, s_frameBytes), spoil(i / (frames - 1.0)));
        }
        return truth;
    }

    private static byte[] Reorder(byte[] truth, Func<int, int> source)
    {
        byte[] video = new byte[truth.Length];
        for (int i = 0; i < truth.Length / s_frameBytes; i++)
        {
            truth.AsSpan(source(i) * s_frameBytes, s_frameBytes).CopyTo(video.AsSpan(i * s_frameBytes));
        }
        return video;
    }

    /// <summary>Another state from the middle on.</summary>
    private static byte[] Second(Story story, Func<SceneState, SceneState> change) =>
        Draw(story, i => (i >= story.FrameCount / 2 ? change(StateAt(story, i)) : StateAt(story, i), story.PositionAt(i)));

    /// <summary>Every scene at nine tenths of its speed.</summary>
    private static byte[] Slow(Story story) => Draw(story, i =>
    {
        StoryScene scene = story.Scenes[story.SceneIndexAt(i)];
        (double x, double y) = story.PositionAt(scene.StartFrame);
        double seconds = 0.9 * (i - scene.StartFrame) / story.FramesPerSecond;
        (double dx, double dy) = SubjectMotion.Displacement(scene.State.Kind, scene.State.Speed, seconds, scene.Phase);
        return (scene.State, (x + dx, y + dy));
    });

    /// <summary>Nothing but the background from the middle on.</summary>
    private static byte[] Lost(Story story)
    {
        byte[] video = Truth(story);
        for (int i = story.FrameCount / 2; i < story.FrameCount; i++)
        {
            SceneState state = StateAt(story, i);
            Background.Get(state.Texture, state.Palette, 1).Bytes.CopyTo(video, i * s_frameBytes);
        }
        return video;
    }

    /// <summary>Clips of the trained length one after the other, each beginning anew somewhere else, all of the first scene.</summary>
    private static byte[] Restart(Story story)
    {
        int clip = VideoProfile.OfRate(story.FramesPerSecond).Frames(1);
        StoryScene scene = story.Scenes[0];
        return Draw(story, i =>
        {
            (double dx, double dy) = SubjectMotion.Displacement(
                scene.State.Kind, scene.State.Speed, (double)(i % clip) / story.FramesPerSecond, scene.Phase + i / clip);
            return (scene.State, (story.Start.X + 23 * (i / clip) + dx, story.Start.Y + 17 * (i / clip) + dy));
        });
    }

    private static byte[] Draw(Story story, Func<int, (SceneState State, (double X, double Y) At)> frame)
    {
        byte[] video = new byte[story.FrameCount * s_frameBytes];
        for (int i = 0; i < story.FrameCount; i++)
        {
            (SceneState state, (double x, double y)) = frame(i);
            SceneRenderer.Render(state, x, y, video.AsSpan(i * s_frameBytes, s_frameBytes));
        }
        return video;
    }

    private static SceneState StateAt(Story story, int frame) => story.Scenes[story.SceneIndexAt(frame)].State;
}
