using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Tests.Analysis;

namespace LongTake.Evaluation.Tests.Metrics;

/// <summary>Twelve ways to spoil a true video, each in three degrees.</summary>
internal static class PlantedDamages
{
    /// <summary>Three scenes of 71, 72 and 70 frames at 8 frames per second; background and motion change.</summary>
    public static Story Three { get; } = new(8, 20, 30,
    [
        new(new SceneState(0, 5, 1, 1, 4, 2, MotionKind.Right, 0), 0, 0, 71),
        new(new SceneState(0, 5, 1, 1, 5, 4, MotionKind.Down, 1), 0, 71, 72),
        new(new SceneState(0, 5, 1, 1, 2, 3, MotionKind.Clockwise, 0), 1, 143, 70),
    ]);

    /// <summary>As many scenes with another subject, other backgrounds and other kinds of motion.</summary>
    public static Story Other { get; } = new(8, 44, 12,
    [
        new(new SceneState(3, 6, 1, 2, 1, 0, MotionKind.Left, 0), 0, 0, 71),
        new(new SceneState(3, 6, 1, 2, 0, 5, MotionKind.Up, 1), 0, 71, 72),
        new(new SceneState(3, 6, 1, 2, 3, 1, MotionKind.CounterClockwise, 0), 2, 143, 70),
    ]);

    /// <summary>One scene of 12 s: for metrics that take a change of scene for damage.</summary>
    public static Story One { get; } = new(8, 20, 30, [new(new SceneState(0, 5, 1, 1, 4, 2, MotionKind.Right, 0), 0, 0, 97)]);

    public static IReadOnlyList<string> Names { get; } =
    [
        "colour drift", "shape swap", "background swap", "frozen motion", "reversed motion", "flicker", "blur", "teleport", "subject lost",
        "second subject", "early scene", "loop",
    ];

    public static VideoDescription Describe(Story story) => new()
    {
        FrameCount = story.FrameCount,
        Height = ShapesWorld.Size,
        Width = ShapesWorld.Size,
        FramesPerSecond = story.FramesPerSecond,
        Story = story,
    };

    /// <summary>A damage in degree 1, 2 or 3; 0 is the truth.</summary>
    public static byte[] Plant(Story story, string damage, int degree) => new Planter(story).Plant(damage, degree);
}

/// <summary>Plants damages in a story.</summary>
internal sealed class Planter(Story story)
{
    private static readonly int s_frameBytes = SceneRenderer.FrameBytes(1);

    public byte[] Plant(string damage, int degree)
    {
        int frames = story.FrameCount, from = frames - degree * frames / 4;
        return degree == 0 ? Treatments.Truth(story) : damage switch
        {
            "colour drift" => Spoil(u => Degradation.Saturation(1 - 0.15 * degree * u)),
            "flicker" => Spoil((_, i) => Degradation.Brightness(i % 2 == 0 ? 0.012 * degree : -0.012 * degree)),
            "blur" => Spoil(_ => Degradation.Blur(0.4 + 0.1 * degree)),
            "shape swap" => Draw(i => (i < from ? StateAt(i) : StateAt(i) with { Shape = 2 }, story.PositionAt(i))),
            "background swap" => Draw(i => (i < from ? StateAt(i) : Elsewhere(StateAt(i)), story.PositionAt(i))),
            "frozen motion" => Draw(i => (StateAt(i), story.PositionAt(Math.Min(i, from)))),
            "reversed motion" => Reversed(story.Scenes.Count - degree),
            "teleport" => Draw(i => (StateAt(i), Moved(story.PositionAt(i), Jumps(i, degree)))),
            "subject lost" => Draw(i => (StateAt(i), story.PositionAt(i)), (i, frame) =>
            {
                if (i >= from)
                {
                    Background.Get(StateAt(i).Texture, StateAt(i).Palette, 1).Bytes.CopyTo(frame);
                }
            }),
            "second subject" => Draw(i => (StateAt(i), story.PositionAt(i)), (i, frame) =>
            {
                if (Math.Abs(2 * i - frames) < degree * frames / 5)
                {
                    DrawSecond(i, frame);
                }
            }),
            "early scene" => Draw(i =>
            {
                StoryScene scene = SceneAt(i);
                bool back = scene.StartFrame > 0 && i >= scene.EndFrame - degree * scene.FrameCount / 4;
                return (back ? story.Scenes[0].State : scene.State, story.PositionAt(back ? (i - scene.StartFrame) % story.Scenes[0].FrameCount : i));
            }),
            "loop" => Draw(i => (StateAt(i), story.PositionAt(SceneAt(i).StartFrame + (i - SceneAt(i).StartFrame) % (70 - 16 * degree)))),
            _ => throw new ArgumentException(damage, nameof(damage)),
        };
    }

    /// <summary>Subject of another colour, half the world away.</summary>
    private void DrawSecond(int frame, Span<byte> rgb)
    {
        SceneState second = StateAt(frame) with { Colour = 1, Size = 0, Mark = 0 };
        byte[] drawn = new byte[s_frameBytes];
        (double x, double y) = story.PositionAt(frame);
        SceneRenderer.Render(second, x + 32, y + 32, drawn);
        ReadOnlySpan<byte> background = Background.Get(second.Texture, second.Palette, 1).Bytes;
        for (int i = 0; i < drawn.Length; i++)
        {
            rgb[i] = drawn[i] != background[i] ? drawn[i] : rgb[i];
        }
    }

    /// <summary>Scenes from a number on move the other way, from where they start.</summary>
    private byte[] Reversed(int firstScene)
    {
        StoryScene[] scenes = [.. story.Scenes.Select((s, k) => k < firstScene ? s : s with
        {
            State = s.State with
            {
                Kind = s.State.Kind switch
                {
                    MotionKind.Right => MotionKind.Left,
                    MotionKind.Left => MotionKind.Right,
                    MotionKind.Down => MotionKind.Up,
                    MotionKind.Up => MotionKind.Down,
                    MotionKind.Clockwise => MotionKind.CounterClockwise,
                    _ => MotionKind.Clockwise,
                },
            },
        })];
        return Treatments.Truth(new Story(story.FramesPerSecond, story.Start.X, story.Start.Y, scenes));
    }

    private static SceneState Elsewhere(SceneState state) => state with { Texture = (state.Texture + 2) % 6, Palette = (state.Palette + 3) % 6 };

    /// <summary>How many jumps were made: one in the middle of each scene, in the last scenes first.</summary>
    private int Jumps(int frame, int degree) => story.Scenes.Skip(story.Scenes.Count - degree).Count(s => frame >= s.StartFrame + s.FrameCount / 2);

    private static (double X, double Y) Moved((double X, double Y) place, int jumps) => (place.X + 13 * jumps, place.Y + 19 * jumps);

    private StoryScene SceneAt(int frame) => story.Scenes[story.SceneIndexAt(frame)];

    private SceneState StateAt(int frame) => SceneAt(frame).State;

    private byte[] Spoil(Func<double, Action<float[]>> spoil) => Spoil((u, _) => spoil(u));

    private byte[] Spoil(Func<double, int, Action<float[]>> spoil)
    {
        byte[] video = Treatments.Truth(story);
        for (int i = 0; i < story.FrameCount; i++)
        {
            Degradation.Apply(video.AsSpan(i * s_frameBytes, s_frameBytes), spoil(i / (story.FrameCount - 1.0), i));
        }
        return video;
    }

    private delegate void Change(int frame, Span<byte> rgb);

    private byte[] Draw(Func<int, (SceneState State, (double X, double Y) At)> frame, Change? change = null)
    {
        byte[] video = new byte[story.FrameCount * s_frameBytes];
        for (int i = 0; i < story.FrameCount; i++)
        {
            (SceneState state, (double x, double y)) = frame(i);
            Span<byte> rgb = video.AsSpan(i * s_frameBytes, s_frameBytes);
            SceneRenderer.Render(state, x, y, rgb);
            change?.Invoke(i, rgb);
        }
        return video;
    }
}
