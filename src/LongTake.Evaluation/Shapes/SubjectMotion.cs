namespace LongTake.Evaluation.Shapes;

/// <summary>Trajectories of the subject. Source: the motion table of spec/benchmarks.md section 4.2.</summary>
public static class SubjectMotion
{
    /// <summary>Radius of the circles in pixels.</summary>
    public const double CircleRadius = 10;

    /// <summary>Amplitude of shaking and bobbing in pixels.</summary>
    public const double SwingAmplitude = 6;

    /// <summary>Speed of a drift in pixels per second.</summary>
    public static double DriftSpeed(int speed) => speed == 0 ? 8 : 20;

    /// <summary>Seconds per turn of a circle.</summary>
    public static double CirclePeriod(int speed) => speed == 0 ? 6 : 3;

    /// <summary>Seconds per cycle of shaking or bobbing.</summary>
    public static double SwingPeriod(int speed) => speed == 0 ? 2 : 1;

    /// <summary>
    /// How far the subject is from where the scene began, in pixels at scale 1, before wrapping.
    /// </summary>
    /// <param name="kind">How it moves.</param>
    /// <param name="speed">0 slow, 1 fast.</param>
    /// <param name="seconds">Time since the scene began.</param>
    /// <param name="phase">Phase of circles and swings in radians.</param>
    public static (double X, double Y) Displacement(MotionKind kind, int speed, double seconds, double phase)
    {
        double drift = DriftSpeed(speed) * seconds;
        return kind switch
        {
            MotionKind.Still => (0, 0),
            MotionKind.Right => (drift, 0),
            MotionKind.Left => (-drift, 0),
            MotionKind.Up => (0, -drift),
            MotionKind.Down => (0, drift),
            MotionKind.Clockwise => Circle(2 * Math.PI / CirclePeriod(speed) * seconds, phase),
            MotionKind.CounterClockwise => Circle(-2 * Math.PI / CirclePeriod(speed) * seconds, phase),
            MotionKind.Shake => (Swing(speed, seconds, phase), 0),
            MotionKind.Bob => (0, Swing(speed, seconds, phase)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such motion."),
        };
    }

    private static (double X, double Y) Circle(double angle, double phase) =>
        (CircleRadius * (Math.Cos(angle + phase) - Math.Cos(phase)),
         CircleRadius * (Math.Sin(angle + phase) - Math.Sin(phase)));

    private static double Swing(int speed, double seconds, double phase) =>
        SwingAmplitude * (Math.Sin(2 * Math.PI / SwingPeriod(speed) * seconds + phase) - Math.Sin(phase));
}
