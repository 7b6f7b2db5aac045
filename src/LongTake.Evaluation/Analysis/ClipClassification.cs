using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// What a clip of one scene shows, as one class for each attribute: the most frequent one over its frames, and the kind of motion that fits
/// best. Classes are indices into the tables of <see cref="ShapesWorld"/>.
/// </summary>
public sealed record ClipClassification
{
    /// <summary>Share of the frames with a subject.</summary>
    public required double Presence { get; init; }

    /// <summary>Shape, colour, size and mark; null where less than half of the frames have a subject.</summary>
    public required (int Shape, int Colour, int Size, int Mark)? Identity { get; init; }

    /// <summary>Texture.</summary>
    public required int Texture { get; init; }

    /// <summary>Palette.</summary>
    public required int Palette { get; init; }

    /// <summary>
    /// Kind and speed of motion; null where no window of at least 1 s has the subject in three quarters of its frames.
    /// </summary>
    public required (MotionKind Kind, int Speed)? Motion { get; init; }

    /// <summary>Classifies consecutive frames of one scene.</summary>
    /// <param name="readings">Their readings; at least one.</param>
    /// <param name="framesPerSecond">Frame rate.</param>
    public static ClipClassification Of(ReadOnlySpan<FrameReading> readings, int framesPerSecond)
    {
        if (readings.IsEmpty)
        {
            throw new ArgumentException("A clip has at least one frame.", nameof(readings));
        }
        int present = 0;
        foreach (ref readonly FrameReading reading in readings)
        {
            present += reading.IsPresent ? 1 : 0;
        }
        return new ClipClassification
        {
            Presence = (double)present / readings.Length,
            Identity = 2 * present >= readings.Length ? MajorityIdentity(readings) : null,
            Texture = Majority(readings, static (in FrameReading r) => r.Texture, onlyPresent: false),
            Palette = Majority(readings, static (in FrameReading r) => r.Palette, onlyPresent: false),
            Motion = BestMotion(readings, framesPerSecond),
        };
    }

    /// <summary>Whether the shape is right.</summary>
    public bool HasShape(in SceneState state) => Identity?.Shape == state.Shape;

    /// <summary>Whether the colour is right.</summary>
    public bool HasColour(in SceneState state) => Identity?.Colour == state.Colour;

    /// <summary>Whether the whole background is right.</summary>
    public bool HasBackground(in SceneState state) => (Texture, Palette) == state.Background;

    /// <summary>Whether the kind of motion is right, whatever the speed.</summary>
    public bool HasKind(in SceneState state) => Motion?.Kind == state.Kind;

    /// <summary>Whether kind and speed of motion are right.</summary>
    public bool HasMotion(in SceneState state) => Motion == state.Motion;

    /// <summary>The most frequent class of each identity attribute among the frames with a subject; null without such a frame.</summary>
    internal static (int Shape, int Colour, int Size, int Mark)? MajorityIdentity(ReadOnlySpan<FrameReading> readings)
    {
        int shape = Majority(readings, static (in FrameReading r) => r.Shape, onlyPresent: true);
        return shape < 0 ? null : (
            shape,
            Majority(readings, static (in FrameReading r) => r.Colour, onlyPresent: true),
            Majority(readings, static (in FrameReading r) => r.Size, onlyPresent: true),
            Majority(readings, static (in FrameReading r) => r.Mark, onlyPresent: true));
    }

    private delegate int Attribute(in FrameReading reading);

    /// <summary>The most frequent class, the first of equally frequent ones; -1 when no frame counts.</summary>
    private static int Majority(ReadOnlySpan<FrameReading> readings, Attribute attribute, bool onlyPresent)
    {
        Span<int> counts = stackalloc int[8];
        counts.Clear();
        int best = -1;
        foreach (ref readonly FrameReading reading in readings)
        {
            if (reading.IsPresent || !onlyPresent)
            {
                counts[attribute(reading)]++;
            }
        }
        for (int i = 0; i < counts.Length; i++)
        {
            best = counts[i] > (best < 0 ? 0 : counts[best]) ? i : best;
        }
        return best;
    }

    /// <summary>The state with the smallest squared residual over all windows.</summary>
    private static (MotionKind Kind, int Speed)? BestMotion(ReadOnlySpan<FrameReading> readings, int framesPerSecond)
    {
        Span<double> squares = stackalloc double[MotionFit.StateCount];
        squares.Clear();
        MotionFitter? fitter = null;
        bool any = false;
        foreach (MotionWindow window in MotionWindow.Of(0, readings.Length, framesPerSecond))
        {
            fitter ??= new MotionFitter(framesPerSecond, window.Frames);
            if (!fitter.TryFit(readings.Slice(window.Start, window.Frames), out MotionFit fit))
            {
                continue;
            }
            any = true;
            for (int i = 0; i < squares.Length; i++)
            {
                squares[i] += fit.Residuals[i] * fit.Residuals[i];
            }
        }
        return any ? MotionFit.MotionOf(squares.IndexOf(Minimum(squares))) : null;
    }

    private static double Minimum(ReadOnlySpan<double> values)
    {
        double least = values[0];
        foreach (double value in values)
        {
            least = Math.Min(least, value);
        }
        return least;
    }
}
