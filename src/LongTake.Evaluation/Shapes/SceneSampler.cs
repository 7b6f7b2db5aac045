namespace LongTake.Evaluation.Shapes;

/// <summary>Draws scenes and changes of scenes in the order that spec/benchmarks.md sections 4.5 and 4.6 fix.</summary>
internal static class SceneSampler
{
    /// <summary>Draws whole scenes until one has the level.</summary>
    public static SceneState Scene(SplitMix64 random, SceneLevel level)
    {
        while (true)
        {
            SceneState state = new(
                random.NextInt(6), random.NextInt(8), random.NextInt(2), random.NextInt(3),
                random.NextInt(6), random.NextInt(6), MotionKind.Still, 0);
            state = DrawMotion(random, state);
            if (state.Level == level)
            {
                return state;
            }
        }
    }

    /// <summary>A start position on the canvas.</summary>
    public static (double X, double Y) Position(SplitMix64 random)
    {
        double x = ShapesWorld.Size * random.NextDouble();
        double y = ShapesWorld.Size * random.NextDouble();
        return (x, y);
    }

    /// <summary>A phase in radians.</summary>
    public static double Phase(SplitMix64 random) => 2 * Math.PI * random.NextDouble();

    /// <summary>Redraws background, motion or both until each of them differs from before and the scene is in distribution and of the profile.</summary>
    public static SceneState NextScene(SplitMix64 random, SceneState before, SceneDifference change, WorldProfile? world = null)
    {
        while (true)
        {
            SceneState next = before;
            if (change != SceneDifference.Motion)
            {
                next = DrawBackground(random, next);
            }
            if (change != SceneDifference.Background)
            {
                next = DrawMotion(random, next);
            }
            bool valid = (change == SceneDifference.Motion || next.Background != before.Background)
                && (change == SceneDifference.Background || next.Motion != before.Motion)
                && next.Level == SceneLevel.InDistribution
                && (world is null || world.Contains(next));
            if (valid)
            {
                return next;
            }
        }
    }

    /// <summary>Redraws texture and palette.</summary>
    public static SceneState DrawBackground(SplitMix64 random, SceneState state)
    {
        int texture = random.NextInt(6);
        int palette = random.NextInt(6);
        return state with { Texture = texture, Palette = palette };
    }

    /// <summary>Redraws motion kind and speed.</summary>
    public static SceneState DrawMotion(SplitMix64 random, SceneState state)
    {
        MotionKind kind = (MotionKind)random.NextInt(9);
        int speed = random.NextInt(2);
        return state with { Kind = kind, Speed = kind == MotionKind.Still ? 0 : speed };
    }
}

/// <summary>What a new scene of a story changes; the numbers are those of the draw below 3.</summary>
internal enum SceneDifference
{
    Background,
    Motion,
    Both,
}
