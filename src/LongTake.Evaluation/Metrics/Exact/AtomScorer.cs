using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>The scores of <see cref="AtomsMetric"/> for one video. Source: spec/benchmarks.md section 4.8, "Story scores in NarrLV's sense".</summary>
internal sealed class AtomScorer
{
    // Shape, colour, size, mark: the exponents of the identity score.
    private static readonly double[] s_weights = [0.35, 0.35, 0.15, 0.15];

    private readonly ShapesReadings _video;
    private readonly VaryingPart _part;
    private readonly AtomsOptions _options;
    private readonly int _window;
    private readonly double[][] _windows;

    public AtomScorer(ShapesReadings video, VaryingPart part, AtomsOptions options)
    {
        (_video, _part, _options) = (video, part, options);
        int rate = video.Story.FramesPerSecond;
        int window = part == VaryingPart.Motion
            ? Math.Max(2, (int)Math.Round(options.MotionSeconds * rate) + 1)
            : Math.Max(1, (int)Math.Round(options.WindowSeconds * rate));
        _window = Math.Min(window, video.Frames.Length);
        _windows = part == VaryingPart.Motion ? MotionWindows() : [.. video.Story.Scenes.Select(s => StateWindows(s.State))];
    }

    /// <summary>How well the first quarter second shows the initial state, averaged with the picture quality of the first frame.</summary>
    public double Fidelity()
    {
        SceneState state = _video.Story.Scenes[0].State;
        int frames = Math.Clamp((int)Math.Round(0.25 * _video.Story.FramesPerSecond) + 1, 1, _video.Frames.Length);
        double sum = 0;
        foreach (ref readonly FrameReading r in _video.Frames[..frames])
        {
            double subject = !r.IsPresent ? 0
                : FrameScores.Shape(r, state.Shape) + FrameScores.Colour(r, state.Colour) + FrameScores.Size(r, state.Size)
                    + FrameScores.Mark(r, state.Mark) + 1;
            sum += (subject + FrameScores.Texture(r, state.Texture) + FrameScores.Palette(r, state.Palette) + Math.Max(0, 1 - r.Duplicates)) / 8;
        }
        return (sum / frames + _video.Curves.Fidelity[0]) / 2;
    }

    /// <summary>The best window of each state, anywhere in the video.</summary>
    public double[] Coverage() => [.. _windows.Select(w => w.Max())];

    /// <summary>The best way from each state to the next, averaged with the share of states that are shown at all.</summary>
    public double Coherence(double[] coverage)
    {
        double sum = 0;
        for (int k = 0; k + 1 < _windows.Length; k++)
        {
            sum += Transition(k);
        }
        double shown = (double)coverage.Count(c => c > _options.ShownFrom) / coverage.Length;
        return (sum / (_windows.Length - 1) + shown) / 2;
    }

    /// <summary>
    /// Best product of a window of state k, one of state k + 1 that starts within a second of its end, and the identity score of what does
    /// not vary over both.
    /// </summary>
    private double Transition(int k)
    {
        double[] now = _windows[k], next = _windows[k + 1];
        double[] others = Others(k), othersNext = Others(k + 1);
        int gap = (int)Math.Round(_options.GapSeconds * _video.Story.FramesPerSecond);
        double best = 0;
        for (int a = 0; a < now.Length; a++)
        {
            int last = Math.Min(a + _window + gap, next.Length - 1);
            for (int b = a + _window; b <= last; b++)
            {
                best = Math.Max(best, now[a] * next[b] * (others[a] + othersNext[b]) / 2);
            }
        }
        return best;
    }

    /// <summary>Mean score of every window for a state that one frame can show.</summary>
    private double[] StateWindows(SceneState state) => Means(i => FrameScore(_video.Frames[i], state));

    /// <summary>Mean identity score of every window, without the attribute that varies.</summary>
    private double[] Others(int scene)
    {
        SceneState state = _video.Story.Scenes[scene].State;
        return Means(i => OtherIdentity(_video.Frames[i], state));
    }

    private double FrameScore(in FrameReading r, SceneState state) => _part switch
    {
        VaryingPart.Background => FrameScores.Background(r, state.Background),
        _ when !r.IsPresent => 0,
        VaryingPart.Colour => FrameScores.Colour(r, state.Colour),
        VaryingPart.Size => FrameScores.Size(r, state.Size),
        _ => FrameScores.Mark(r, state.Mark),
    };

    /// <summary>The identity score with the exponents of what is left scaled up to 1.</summary>
    private double OtherIdentity(in FrameReading r, SceneState state)
    {
        if (!r.IsPresent)
        {
            return 0;
        }
        Span<double> scores =
        [
            FrameScores.Shape(r, state.Shape), FrameScores.Colour(r, state.Colour), FrameScores.Size(r, state.Size), FrameScores.Mark(r, state.Mark),
        ];
        int varying = _part switch { VaryingPart.Colour => 1, VaryingPart.Size => 2, VaryingPart.Mark => 3, _ => -1 };
        double product = 1, weights = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (i != varying)
            {
                product *= Math.Pow(Math.Max(0.05, scores[i]), s_weights[i]);
                weights += s_weights[i];
            }
        }
        return Math.Pow(product, 1 / weights);
    }

    /// <summary>The mean over the window that starts at each frame.</summary>
    private double[] Means(Func<int, double> score)
    {
        double[] sums = new double[_video.Frames.Length + 1];
        for (int i = 1; i < sums.Length; i++)
        {
            sums[i] = sums[i - 1] + score(i - 1);
        }
        double[] means = new double[sums.Length - _window];
        for (int i = 0; i < means.Length; i++)
        {
            means[i] = Math.Clamp((sums[i + _window] - sums[i]) / _window, 0, 1);
        }
        return means;
    }

    /// <summary>The motion score of the window that starts at each frame, for every scene's motion.</summary>
    private double[][] MotionWindows()
    {
        Story story = _video.Story;
        int count = _video.Frames.Length - _window + 1;
        double[][] windows = [.. story.Scenes.Select(_ => new double[count])];
        MotionFitter fitter = new(story.FramesPerSecond, _window);
        double margin = MotionWindow.MarginOf(_window, story.FramesPerSecond);
        for (int i = 0; i < count; i++)
        {
            if (!fitter.TryFit(_video.Frames.Slice(i, _window), out MotionFit fit))
            {
                continue;
            }
            for (int k = 0; k < windows.Length; k++)
            {
                windows[k][i] = fit.Score(story.Scenes[k].State.MotionIndex, Math.Max(0.1, margin));
            }
        }
        return windows;
    }
}
