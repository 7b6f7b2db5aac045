using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Fits all motion states to the subject's positions in windows of a fixed number of frames. Keeps its buffers: a fit allocates
/// nothing. Not for several threads at once. Source: spec/benchmarks.md section 4.7, "Motion".
/// </summary>
public sealed class MotionFitter
{
    private const double LeastPresent = 0.75;

    private readonly double[] _times;
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private readonly double[] _x;
    private readonly double[] _y;
    private readonly int[] _frames;
    private readonly (double X, double Y)[] _drifts;
    private readonly Place[] _places = new Place[MotionFit.StateCount];
    private int _count;

    /// <summary>A fitter for windows of one length.</summary>
    /// <param name="framesPerSecond">Frame rate.</param>
    /// <param name="frames">Frames of a window; 2 s are 2 fps + 1.</param>
    public MotionFitter(int framesPerSecond, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 2);
        Frames = frames;
        FramesPerSecond = framesPerSecond;
        _times = new double[frames];
        _x = new double[frames];
        _y = new double[frames];
        _frames = new int[frames];
        _cosines = new double[frames * MotionFit.StateCount];
        _sines = new double[frames * MotionFit.StateCount];
        _drifts = new (double, double)[frames * MotionFit.StateCount];
        for (int i = 0; i < frames; i++)
        {
            _times[i] = (double)i / framesPerSecond;
            for (int state = 0; state < MotionFit.StateCount; state++)
            {
                (_sines[state * frames + i], _cosines[state * frames + i]) = Math.SinCos(AngularSpeed(state) * _times[i]);
                _drifts[state * frames + i] = Drift(state, _times[i]);
            }
        }
    }

    /// <summary>Frames of a window.</summary>
    public int Frames { get; }

    /// <summary>Frame rate.</summary>
    public int FramesPerSecond { get; }

    /// <summary>Fits a window.</summary>
    /// <param name="window">Readings of <see cref="Frames"/> consecutive frames.</param>
    /// <param name="fit">Receives the fit.</param>
    /// <returns>False when the subject is present in less than three quarters of the frames.</returns>
    public bool TryFit(ReadOnlySpan<FrameReading> window, out MotionFit fit)
    {
        fit = default;
        if (window.Length != Frames)
        {
            throw new ArgumentException($"The window has {window.Length} frames, this fitter is for {Frames}.", nameof(window));
        }
        Unwrap(window);
        if (_count < LeastPresent * Frames)
        {
            return false;
        }
        fit.Samples = _count;
        for (int i = 1; i < _count; i++)
        {
            fit.PathLength += Math.Sqrt(Square(_x[i] - _x[i - 1]) + Square(_y[i] - _y[i - 1]));
        }
        for (int state = 0; state < MotionFit.StateCount; state++)
        {
            _places[state] = Parameters(state);
            double sum = 0;
            for (int i = 0; i < _count; i++)
            {
                (double dx, double dy) = Error(state, i);
                sum += dx * dx + dy * dy;
            }
            fit.MutableResiduals[state] = Math.Sqrt(sum / _count);
            fit.Best = fit.Residuals[state] < fit.Residuals[fit.Best] ? state : fit.Best;
        }
        return true;
    }

    /// <summary>Where a state of the last fit puts the subject, in [0, 64).</summary>
    /// <param name="state">The state.</param>
    /// <param name="seconds">Time since the window's first frame.</param>
    public (double X, double Y) Predict(int state, double seconds)
    {
        (double sine, double cosine) = Math.SinCos(AngularSpeed(state) * seconds);
        (double x, double y) = _places[state].At(Drift(state, seconds), cosine, sine);
        return (ShapesWorld.Wrap(x), ShapesWorld.Wrap(y));
    }

    /// <summary>
    /// Counts steps between neighbouring frames of the last fit's window, and those among them in which the distance to a state changes by
    /// at most <paramref name="limit"/> pixels.
    /// </summary>
    internal (int Steps, int Smooth) CountSmooth(int state, double limit)
    {
        int steps = 0, smooth = 0;
        for (int i = 1; i < _count; i++)
        {
            if (_frames[i] != _frames[i - 1] + 1)
            {
                continue;
            }
            (double x0, double y0) = Error(state, i - 1);
            (double x1, double y1) = Error(state, i);
            steps++;
            smooth += Square(x1 - x0) + Square(y1 - y0) <= limit * limit ? 1 : 0;
        }
        return (steps, smooth);
    }

    private static double Square(double value) => value * value;

    /// <summary>Radians per second; negative counter-clockwise; 0 for states without a period.</summary>
    private static double AngularSpeed(int state)
    {
        (MotionKind kind, int speed) = MotionFit.MotionOf(state);
        return kind switch
        {
            MotionKind.Clockwise => 2 * Math.PI / SubjectMotion.CirclePeriod(speed),
            MotionKind.CounterClockwise => -2 * Math.PI / SubjectMotion.CirclePeriod(speed),
            MotionKind.Shake or MotionKind.Bob => 2 * Math.PI / SubjectMotion.SwingPeriod(speed),
            _ => 0,
        };
    }

    /// <summary>Follows the subject over the borders of the canvas.</summary>
    private void Unwrap(ReadOnlySpan<FrameReading> window)
    {
        _count = 0;
        for (int i = 0; i < window.Length; i++)
        {
            if (!window[i].IsPresent)
            {
                continue;
            }
            (double x, double y) = (window[i].X, window[i].Y);
            if (_count > 0)
            {
                x = _x[_count - 1] + TorusDistance.Offset(ShapesWorld.Wrap(_x[_count - 1]), x);
                y = _y[_count - 1] + TorusDistance.Offset(ShapesWorld.Wrap(_y[_count - 1]), y);
            }
            (_x[_count], _y[_count], _frames[_count]) = (x, y, i);
            _count++;
        }
    }

    /// <summary>Offset and phase that bring a state nearest to the positions.</summary>
    private Place Parameters(int state)
    {
        double phase = MotionFit.MotionOf(state).Kind switch
        {
            MotionKind.Clockwise or MotionKind.CounterClockwise => CirclePhase(state),
            MotionKind.Shake => SwingPhase(state, _x),
            MotionKind.Bob => SwingPhase(state, _y),
            _ => 0,
        };
        _places[state] = new Place(MotionFit.MotionOf(state).Kind, 0, 0, phase);
        double x = 0, y = 0;
        for (int i = 0; i < _count; i++)
        {
            (double dx, double dy) = Error(state, i);
            x += dx;
            y += dy;
        }
        return _places[state].From(x / _count, y / _count);
    }

    /// <summary>Position minus the state's place.</summary>
    private (double X, double Y) Error(int state, int sample)
    {
        int at = state * Frames + _frames[sample];
        (double x, double y) = _places[state].At(_drifts[at], _cosines[at], _sines[at]);
        return (_x[sample] - x, _y[sample] - y);
    }

    /// <summary>How far a state that goes straight on has moved; nowhere for others.</summary>
    private static (double X, double Y) Drift(int state, double seconds)
    {
        (MotionKind kind, int speed) = MotionFit.MotionOf(state);
        return kind <= MotionKind.Down ? SubjectMotion.Displacement(kind, speed, seconds, 0) : (0, 0);
    }

    /// <summary>The angle of sum conj(e - mean e) (z - mean z), with e = exp(i w t) and z = x + i y.</summary>
    private double CirclePhase(int state)
    {
        (double meanCos, double meanSin) = MeanTurn(state);
        (double meanX, double meanY) = (Mean(_x), Mean(_y));
        double real = 0, imaginary = 0;
        for (int i = 0; i < _count; i++)
        {
            int at = state * Frames + _frames[i];
            double cos = _cosines[at] - meanCos, sin = _sines[at] - meanSin;
            double x = _x[i] - meanX, y = _y[i] - meanY;
            real += cos * x + sin * y;
            imaginary += cos * y - sin * x;
        }
        return Math.Atan2(imaginary, real);
    }

    /// <summary>The phase of a swing that is nearest to the positions along its axis.</summary>
    private double SwingPhase(int state, double[] positions)
    {
        (double meanCos, double meanSin) = MeanTurn(state);
        double mean = Mean(positions);
        SwingSums sums = default;
        for (int i = 0; i < _count; i++)
        {
            int at = state * Frames + _frames[i];
            sums.Add(_cosines[at] - meanCos, _sines[at] - meanSin, positions[i] - mean);
        }
        return sums.BestPhase();
    }

    private (double Cosine, double Sine) MeanTurn(int state)
    {
        double cos = 0, sin = 0;
        for (int i = 0; i < _count; i++)
        {
            cos += _cosines[state * Frames + _frames[i]];
            sin += _sines[state * Frames + _frames[i]];
        }
        return (cos / _count, sin / _count);
    }

    private double Mean(double[] values)
    {
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            sum += values[i];
        }
        return sum / _count;
    }

    /// <summary>Where a state puts the subject.</summary>
    private readonly struct Place
    {
        private readonly MotionKind _kind;
        private readonly double _x;
        private readonly double _y;
        private readonly double _sinPhase;
        private readonly double _cosPhase;

        public Place(MotionKind kind, double x, double y, double phase)
        {
            (_kind, _x, _y) = (kind, x, y);
            (_sinPhase, _cosPhase) = Math.SinCos(phase);
        }

        private Place(in Place other, double x, double y) =>
            (_kind, _x, _y, _sinPhase, _cosPhase) = (other._kind, x, y, other._sinPhase, other._cosPhase);

        /// <summary>The same from another place on.</summary>
        public Place From(double x, double y) => new(this, x, y);

        /// <summary>The place at a time; cosine and sine are those of the state's angle, which has the sign of the turn.</summary>
        public (double X, double Y) At((double X, double Y) drift, double cosine, double sine)
        {
            if (_kind <= MotionKind.Down)
            {
                return (_x + drift.X, _y + drift.Y);
            }
            double cos = cosine * _cosPhase - sine * _sinPhase;
            double sin = sine * _cosPhase + cosine * _sinPhase;
            return _kind switch
            {
                MotionKind.Shake => (_x + SubjectMotion.SwingAmplitude * sin, _y),
                MotionKind.Bob => (_x, _y + SubjectMotion.SwingAmplitude * sin),
                _ => (_x + SubjectMotion.CircleRadius * cos, _y + SubjectMotion.CircleRadius * sin),
            };
        }
    }
}
