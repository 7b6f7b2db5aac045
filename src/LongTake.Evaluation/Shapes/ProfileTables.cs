namespace LongTake.Evaluation.Shapes;

/// <summary>
/// What a profile puts in the place of shapes and motions that it gives up. A shape is replaced by another whatever the rest of the scene;
/// its colours and motions are permuted so that a pair is held out exactly where it was.
/// </summary>
/// <param name="shapes">The shape for each of the 6.</param>
/// <param name="colours">For each shape, two colours that change places; null for none.</param>
/// <param name="motions">For each shape, the kind of motion for each of the 9.</param>
internal sealed class ProfileTables(int[] shapes, (int A, int B)?[] colours, MotionKind[][] motions)
{
    /// <summary>
    /// Those of <see cref="WorldProfile.Core"/>. Crosses become squares (held out with yellow and pink, squares with cyan and pink: yellow and
    /// cyan change places; held out clockwise, squares to the left), stars triangles (red and green, red and blue; up, still). Circling is
    /// spread over the motions that are left.
    /// </summary>
    public static ProfileTables Core { get; } = new(
        [0, 1, 2, 3, 1, 2],
        [null, null, null, null, (2, 4), (3, 5)],
        [
            Motions(clockwise: MotionKind.Shake, counterClockwise: MotionKind.Bob),
            Motions(clockwise: MotionKind.Right, counterClockwise: MotionKind.Up),
            Motions(clockwise: MotionKind.Bob, counterClockwise: MotionKind.Shake),
            Motions(clockwise: MotionKind.Down, counterClockwise: MotionKind.Left),
            Motions(clockwise: MotionKind.Left, counterClockwise: MotionKind.Bob, left: MotionKind.Shake),
            Motions(clockwise: MotionKind.Down, counterClockwise: MotionKind.Left, still: MotionKind.Up, up: MotionKind.Still),
        ]);

    /// <summary>The scene with what is given up replaced; one of what is kept comes back as it is.</summary>
    public SceneState Restrict(SceneState state)
    {
        MotionKind kind = motions[state.Shape][(int)state.Kind];
        int colour = colours[state.Shape] is not (int a, int b) ? state.Colour : state.Colour == a ? b : state.Colour == b ? a : state.Colour;
        return state with { Shape = shapes[state.Shape], Colour = colour, Kind = kind, Speed = kind == MotionKind.Still ? 0 : state.Speed };
    }

    private static MotionKind[] Motions(
        MotionKind clockwise,
        MotionKind counterClockwise,
        MotionKind still = MotionKind.Still,
        MotionKind left = MotionKind.Left,
        MotionKind up = MotionKind.Up) =>
        [still, MotionKind.Right, left, up, MotionKind.Down, clockwise, counterClockwise, MotionKind.Shake, MotionKind.Bob];
}
