using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Where the subject is not where its motion over the preceding two seconds would put it, and which of these jumps lead back to the
/// beginning of the video (as happens when a method's sink takes over). Source: spec/benchmarks.md section 4.8.
/// </summary>
/// <param name="Frames">Frames of the jumps.</param>
/// <param name="Resets">How many of them lead back.</param>
internal sealed record JumpReport(IReadOnlyList<int> Frames, int Resets)
{
    private const double JumpPixels = 3;
    private const double ResetPixels = 2;

    public static JumpReport Of(ReadOnlySpan<FrameReading> readings, Story story)
    {
        int rate = story.FramesPerSecond, window = MotionWindow.FullFrames(rate);
        MotionFitter fitter = new(rate, window);
        List<int> frames = [];
        int resets = 0;
        foreach (StoryScene scene in story.Scenes)
        {
            int frame = scene.StartFrame + MotionWindow.Grace(rate) + window;
            while (frame < scene.EndFrame)
            {
                if (!IsJump(readings, fitter, frame))
                {
                    frame++;
                    continue;
                }
                frames.Add(frame);
                resets += LeadsBack(readings, frame) ? 1 : 0;

                // Until the window is past the jump, predictions mean nothing.
                frame += window;
            }
        }
        return new JumpReport(frames, resets);
    }

    private static bool IsJump(ReadOnlySpan<FrameReading> readings, MotionFitter fitter, int frame)
    {
        if (!readings[frame].IsPresent || !fitter.TryFit(readings.Slice(frame - fitter.Frames, fitter.Frames), out MotionFit fit))
        {
            return false;
        }
        (double x, double y) = fitter.Predict(fit.Best, (double)fitter.Frames / fitter.FramesPerSecond);
        return TorusDistance.Between(x, y, readings[frame].X, readings[frame].Y) > JumpPixels;
    }

    private static bool LeadsBack(ReadOnlySpan<FrameReading> readings, int frame)
    {
        ref readonly FrameReading landed = ref readings[frame];
        for (int i = 0; i < FrameGrid.ChunkStart(1); i++)
        {
            if (readings[i].IsPresent && readings[i].State == landed.State
                && TorusDistance.Between(readings[i].X, readings[i].Y, landed.X, landed.Y) <= ResetPixels)
            {
                return true;
            }
        }
        return false;
    }
}
