using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>Motion of every window of a video, against prompts and by itself.</summary>
internal sealed class MotionScorer
{
    private const double SmoothPixels = 1;
    private const double FrozenShare = 0.25;

    private readonly int _rate;
    private readonly MotionWindow[][] _windows;
    private readonly MotionFit?[][] _fits;
    private readonly Story _story;

    public MotionScorer(ReadOnlySpan<FrameReading> readings, Story story)
    {
        _story = story;
        _rate = story.FramesPerSecond;
        _windows = [.. story.Scenes.Select(s => MotionWindow.Of(s.StartFrame, s.EndFrame, _rate))];
        _fits = [.. _windows.Select(w => new MotionFit?[w.Length])];
        int steps = 0, smooth = 0, moving = 0, frozen = 0;
        MotionFitter? fitter = null;
        for (int k = 0; k < _windows.Length; k++)
        {
            for (int i = 0; i < _windows[k].Length; i++)
            {
                MotionWindow window = _windows[k][i];
                fitter = fitter?.Frames == window.Frames ? fitter : new MotionFitter(_rate, window.Frames);
                if (!fitter.TryFit(readings.Slice(window.Start, window.Frames), out MotionFit fit))
                {
                    continue;
                }
                _fits[k][i] = fit;
                (int windowSteps, int windowSmooth) = fitter.CountSmooth(fit.Best, SmoothPixels);
                steps += windowSteps;
                smooth += windowSmooth;
                if (story.Scenes[k].State.Kind != MotionKind.Still)
                {
                    moving++;
                    frozen += fit.PathLength < FrozenShare * PromptedPath(window) ? 1 : 0;
                }
            }
        }
        Smooth = steps == 0 ? 1 : (double)smooth / steps;
        Frozen = moving == 0 ? 0 : (double)frozen / moving;
    }

    /// <summary>Share of steps whose distance to the best motion changes by a pixel at most; 1 when there are none.</summary>
    public double Smooth { get; }

    /// <summary>Share of windows with a moving prompt in which the subject goes less than a quarter of the way.</summary>
    public double Frozen { get; }

    /// <summary>Mean score of all windows against their prompts; null when there are none.</summary>
    public double? Mean
    {
        get
        {
            double sum = 0;
            int count = 0;
            for (int k = 0; k < _windows.Length; k++)
            {
                count += _windows[k].Length;
                sum += (SceneMean(k, _story.Scenes[k].State.MotionIndex) ?? 0) * _windows[k].Length;
            }
            return count == 0 ? null : sum / count;
        }
    }

    /// <summary>
    /// Mean over all windows of the score of the prompted kind of motion at whichever of its speeds fits better; null when there are none.
    /// </summary>
    public double? Direction
    {
        get
        {
            double sum = 0;
            int count = 0;
            for (int k = 0; k < _windows.Length; k++)
            {
                SceneState state = _story.Scenes[k].State;
                int slow = (state with { Speed = 0 }).MotionIndex, fast = (state with { Speed = 1 }).MotionIndex;
                for (int i = 0; i < _windows[k].Length; i++, count++)
                {
                    sum += Math.Max(Score(k, i, slow), Score(k, i, fast));
                }
            }
            return count == 0 ? null : sum / count;
        }
    }

    /// <summary>Mean score of a scene's windows against a motion state; null when there are none.</summary>
    public double? SceneMean(int scene, int state)
    {
        double sum = 0;
        for (int i = 0; i < _windows[scene].Length; i++)
        {
            sum += Score(scene, i, state);
        }
        return _windows[scene].Length == 0 ? null : sum / _windows[scene].Length;
    }

    /// <summary>The score of the window whose middle is nearest to a frame; null when its scene has none.</summary>
    public double? At(int scene, int frame)
    {
        MotionWindow[] windows = _windows[scene];
        if (windows.Length == 0)
        {
            return null;
        }
        int nearest = (int)Math.Round((frame - windows[0].Start - windows[0].Frames / 2) / (double)_rate);
        return Score(scene, Math.Clamp(nearest, 0, windows.Length - 1), _story.Scenes[scene].State.MotionIndex);
    }

    /// <summary>
    /// For every frame of a scene, the score of the window that begins there (the last whole window's for the frames at the end); null
    /// when the scene is shorter than a second.
    /// </summary>
    public static double[]? EveryFrame(ReadOnlySpan<FrameReading> readings, StoryScene scene, int rate)
    {
        int frames = Math.Clamp(scene.FrameCount / 2, rate + 1, MotionWindow.FullFrames(rate));
        if (scene.FrameCount < frames)
        {
            return null;
        }
        MotionFitter fitter = new(rate, frames);
        double[] scores = new double[scene.FrameCount];
        for (int i = 0; i < scores.Length; i++)
        {
            bool whole = i + frames <= scene.FrameCount;
            scores[i] = !whole ? scores[i - 1]
                : fitter.TryFit(readings.Slice(scene.StartFrame + i, frames), out MotionFit fit)
                    ? fit.Score(scene.State.MotionIndex, MotionWindow.MarginOf(frames, rate)) : 0;
        }
        return scores;
    }

    /// <summary>A window without the subject does not show the motion.</summary>
    private double Score(int scene, int window, int state) =>
        _fits[scene][window] is { } fit ? fit.Score(state, _windows[scene][window].Margin) : 0;

    private double PromptedPath(MotionWindow window)
    {
        double length = 0;
        (double x, double y) = _story.PositionAt(window.Start);
        for (int i = 1; i < window.Frames; i++)
        {
            (double nextX, double nextY) = _story.PositionAt(window.Start + i);
            length += TorusDistance.Between(x, y, nextX, nextY);
            (x, y) = (nextX, nextY);
        }
        return length;
    }
}
