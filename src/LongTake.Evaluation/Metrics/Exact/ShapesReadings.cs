using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Metrics.Exact;

/// <summary>
/// The analyser's readings of a video, taken frame by frame: about 200 bytes a frame, whatever its pixels. What several metrics compute
/// from them is computed once.
/// </summary>
internal sealed class ShapesReadings : ISharedFrames
{
    private readonly FrameReading[] _readings;
    private readonly FrameAnalyser _analyser = new();
    private readonly byte[] _before = new byte[SceneRenderer.FrameBytes(1)];
    private readonly byte[] _idealBefore = new byte[SceneRenderer.FrameBytes(1)];
    private int _count;
    private VideoScores? _scores;
    private MotionScorer? _motion;
    private FrameCurves? _curves;

    public ShapesReadings(VideoDescription video)
        : this(video, new FrameReading[video.FrameCount])
    {
    }

    /// <summary>Readings that are there already, one a frame.</summary>
    internal ShapesReadings(VideoDescription video, FrameReading[] readings)
    {
        Story = video.Story!;
        Ceilings = video.Ceilings;
        _readings = readings;
    }

    public Story Story { get; }

    public IReadOnlyList<double>? Ceilings { get; }

    public double FramesPerSecond => Story.FramesPerSecond;

    public ReadOnlySpan<FrameReading> Frames => _readings;

    /// <summary>Scores of <see cref="VideoScores"/>.</summary>
    public VideoScores Scores => _scores ??= VideoScores.Of(_readings, Story, Ceilings);

    /// <summary>Motion in all windows.</summary>
    public MotionScorer Motion => _motion ??= new MotionScorer(_readings, Story);

    /// <summary>Scores of every frame.</summary>
    public FrameCurves Curves => _curves ??= FrameCurves.Of(_readings, Story, Motion, Ceilings);

    /// <summary>Why the analyser cannot read a video; null when it can.</summary>
    public static string? WhyNot(VideoDescription video)
    {
        if (video.Story is not { } story)
        {
            return "the video has no story of the Shapes world to be held against";
        }
        if (video.Height != ShapesWorld.Size || video.Width != ShapesWorld.Size)
        {
            return $"the analyser reads frames of {ShapesWorld.Size}x{ShapesWorld.Size}, these are {video.Width}x{video.Height}";
        }
        if (video.FrameCount != story.FrameCount)
        {
            return $"the video has {video.FrameCount} frames, its story {story.FrameCount}";
        }
        if (Math.Abs(video.FramesPerSecond - story.FramesPerSecond) > 1e-6)
        {
            return $"the video runs at {video.FramesPerSecond} frames per second, its story at {story.FramesPerSecond}";
        }
        return VideoScores.CeilingsProblem(story, video.Ceilings);
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> frame)
    {
        ref FrameReading reading = ref _readings[_count];
        reading = _analyser.Read(frame);
        if (_count > 0)
        {
            reading.Change = FrameDifference.Mean(_before, frame);
            reading.IdealChange = FrameDifference.Mean(_idealBefore, _analyser.Ideal);
        }
        frame.CopyTo(_before);
        _analyser.Ideal.CopyTo(_idealBefore);
        _count++;
    }

    /// <summary>Means of a score over segments of 2 s.</summary>
    public MetricCurve Curve(double[] perFrame) => new(DriftScores.SegmentSeconds, DriftScores.Segments(perFrame, FramesPerSecond));

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
