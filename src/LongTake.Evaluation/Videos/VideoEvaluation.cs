using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Video;

namespace LongTake.Evaluation.Videos;

/// <summary>Measures finished videos.</summary>
public static class VideoEvaluation
{
    /// <summary>Measures a video, frame by frame.</summary>
    /// <param name="reader">The video; stays the caller's.</param>
    /// <param name="name">Its file or folder, for messages; the faces in a file beside it (<see cref="FaceFile"/>) are used.</param>
    /// <param name="question">What it is held against.</param>
    /// <param name="metrics">What to measure.</param>
    /// <param name="frameDone">Told after each frame how many are done.</param>
    /// <param name="cancellation">Stops between frames.</param>
    /// <exception cref="Suites.SuiteException">Video and question, or video and faces, do not fit together.</exception>
    /// <exception cref="VideoInputException">The video is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static VideoMeasurement Measure(
        IVideoReader reader, string name, VideoQuestion question, MetricSet metrics, Action<int>? frameDone, CancellationToken cancellation)
    {
        // Videos of the Shapes world are often written several times as large, to be seen: their pixels are brought back.
        int factor = question.IsShapes && reader.Height == reader.Width && reader.Height % ShapesWorld.Size == 0 ? reader.Height / ShapesWorld.Size : 1;
        int height = reader.Height / factor, width = reader.Width / factor;
        VideoDescription video = question.Describe(reader, name, height, width);
        // Places in a video that is brought back to another size are others; only the Shapes world, which has no faces, does that.
        string? faces = factor == 1 ? FaceFile.Beside(name) : null;
        using MetricSetRun run = metrics.Start(faces is null ? video : video with { Faces = FaceFile.Load(faces, video.FrameCount) });
        byte[] frame = new byte[reader.Height * reader.Width * 3], small = factor == 1 ? frame : new byte[height * width * 3];
        AreaResizer resizer = new(reader.Height, reader.Width, height, width);
        float[] means = new float[resizer.Length];
        for (int done = 1; reader.Read(frame); done++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (factor > 1)
            {
                resizer.Resize(frame, means);
                for (int i = 0; i < small.Length; i++)
                {
                    small[i] = (byte)MathF.Round(means[i]);
                }
            }
            run.Add(small);
            frameDone?.Invoke(done);
        }
        return run.Finish();
    }
}
