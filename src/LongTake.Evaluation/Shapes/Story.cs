namespace LongTake.Evaluation.Shapes;

/// <summary>One scene of a story.</summary>
/// <param name="State">What it shows.</param>
/// <param name="Phase">Phase of its motion in radians.</param>
/// <param name="StartFrame">First frame.</param>
/// <param name="FrameCount">Number of frames.</param>
public sealed record StoryScene(SceneState State, double Phase, int StartFrame, int FrameCount)
{
    /// <summary>First frame after the scene.</summary>
    public int EndFrame => StartFrame + FrameCount;
}

/// <summary>
/// A video of the Shapes world: scenes with hard cuts between them, over which the subject's position is continuous (a scene
/// begins where the one before would be at that instant). Source: spec/benchmarks.md section 4.3.
/// </summary>
public sealed class Story
{
    private readonly (double X, double Y)[] _starts;

    /// <summary>Puts scenes together.</summary>
    /// <param name="framesPerSecond">Frame rate.</param>
    /// <param name="startX">Horizontal position of the subject in frame 0, in pixels at scale 1.</param>
    /// <param name="startY">Vertical position of the subject in frame 0.</param>
    /// <param name="scenes">The scenes without gaps, the first from frame 0.</param>
    /// <exception cref="ArgumentException">There is no scene, one is empty, or they do not follow each other.</exception>
    public Story(int framesPerSecond, double startX, double startY, IReadOnlyList<StoryScene> scenes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerSecond, 1);
        if (scenes.Count == 0)
        {
            throw new ArgumentException("A story has at least one scene.", nameof(scenes));
        }
        FramesPerSecond = framesPerSecond;
        Scenes = scenes;
        _starts = new (double X, double Y)[scenes.Count];
        double x = startX;
        double y = startY;
        int frame = 0;
        for (int i = 0; i < scenes.Count; i++)
        {
            StoryScene scene = scenes[i];
            if (scene.StartFrame != frame || scene.FrameCount < 1)
            {
                throw new ArgumentException(
                    $"Scene {i} has frames {scene.StartFrame} to {scene.EndFrame - 1}; "
                    + $"it must start at frame {frame} and have at least one.",
                    nameof(scenes));
            }
            _starts[i] = (x, y);
            (double dx, double dy) = Displacement(scene, scene.FrameCount);
            x += dx;
            y += dy;
            frame = scene.EndFrame;
        }
        FrameCount = frame;
    }

    /// <summary>Frame rate.</summary>
    public int FramesPerSecond { get; }

    /// <summary>The scenes in order.</summary>
    public IReadOnlyList<StoryScene> Scenes { get; }

    /// <summary>Frames of all scenes.</summary>
    public int FrameCount { get; }

    /// <summary>Position of the subject in frame 0, as given.</summary>
    public (double X, double Y) Start => _starts[0];

    /// <summary>Index of the scene a frame belongs to.</summary>
    public int SceneIndexAt(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frame);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame, FrameCount);
        int low = 0;
        int high = Scenes.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = Scenes[middle].StartFrame <= frame ? (middle, high) : (low, middle - 1);
        }
        return low;
    }

    /// <summary>Position of the subject's centre in a frame, in pixels at scale 1, each coordinate in [0, 64).</summary>
    public (double X, double Y) PositionAt(int frame)
    {
        int index = SceneIndexAt(frame);
        StoryScene scene = Scenes[index];
        (double dx, double dy) = Displacement(scene, frame - scene.StartFrame);
        return (ShapesWorld.Wrap(_starts[index].X + dx), ShapesWorld.Wrap(_starts[index].Y + dy));
    }

    /// <summary>Renders one frame.</summary>
    /// <param name="frame">Frame number.</param>
    /// <param name="rgb">Receives [H, W, 3] bytes, H = W = 64 * scale.</param>
    /// <param name="scale">Size multiple of the canvas.</param>
    public void RenderFrame(int frame, Span<byte> rgb, int scale = 1)
    {
        (double x, double y) = PositionAt(frame);
        SceneRenderer.Render(Scenes[SceneIndexAt(frame)].State, x, y, rgb, scale);
    }

    /// <summary>Renders consecutive frames.</summary>
    /// <param name="firstFrame">First of them.</param>
    /// <param name="frameCount">How many.</param>
    /// <param name="rgb">Receives [F, H, W, 3] bytes, H = W = 64 * scale.</param>
    /// <param name="scale">Size multiple of the canvas.</param>
    public void Render(int firstFrame, int frameCount, Span<byte> rgb, int scale = 1)
    {
        int frameBytes = SceneRenderer.FrameBytes(scale);
        for (int i = 0; i < frameCount; i++)
        {
            Span<byte> target = rgb.Slice(i * frameBytes, frameBytes);

            // A subject that stands still makes the same picture over and over.
            StoryScene scene = Scenes[SceneIndexAt(firstFrame + i)];
            if (i > 0 && scene.State.Kind == MotionKind.Still && scene.StartFrame < firstFrame + i)
            {
                rgb.Slice((i - 1) * frameBytes, frameBytes).CopyTo(target);
            }
            else
            {
                RenderFrame(firstFrame + i, target, scale);
            }
        }
    }

    private (double X, double Y) Displacement(StoryScene scene, int frames) =>
        SubjectMotion.Displacement(scene.State.Kind, scene.State.Speed, (double)frames / FramesPerSecond, scene.Phase);
}
