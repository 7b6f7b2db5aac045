namespace LongTake.Evaluation.Shapes;

/// <summary>How the subject moves; the numbers are the indices of spec/benchmarks.md section 4.2.</summary>
public enum MotionKind
{
    /// <summary>Does not move.</summary>
    Still,

    /// <summary>Drifts towards larger x.</summary>
    Right,

    /// <summary>Drifts towards smaller x.</summary>
    Left,

    /// <summary>Drifts towards smaller y (y grows downward).</summary>
    Up,

    /// <summary>Drifts towards larger y.</summary>
    Down,

    /// <summary>Goes round a circle of 10 pixels clockwise, as seen on the screen.</summary>
    Clockwise,

    /// <summary>Goes round a circle of 10 pixels counter-clockwise.</summary>
    CounterClockwise,

    /// <summary>Swings horizontally with an amplitude of 6 pixels.</summary>
    Shake,

    /// <summary>Swings vertically with an amplitude of 6 pixels.</summary>
    Bob,
}
