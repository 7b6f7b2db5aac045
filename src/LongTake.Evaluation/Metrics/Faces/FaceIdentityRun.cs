using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>A measurement of identity: looks at the faces of the frames that count and keeps the features of a few.</summary>
internal sealed class FaceIdentityRun : MetricRun
{
    private readonly FaceIdentityMetric _metric;
    private readonly FeatureConsistency _series;
    private readonly FaceTrack _track;
    private readonly FaceSamples _halves;
    private readonly FaceSamples _scenes;
    private int _seen;

    public FaceIdentityRun(FaceIdentityMetric metric, VideoDescription video)
        : base(video)
    {
        _metric = metric;
        FaceIdentityOptions options = metric.Options;
        _series = new FeatureConsistency(metric.Encoder.Dim);
        _track = new FaceTrack(options);
        int seam = video.Prompts.Select(p => p.StartFrame).LastOrDefault(start => start > 0 && start < video.FrameCount);
        seam = seam > 0 ? seam : video.FrameCount / 2;
        _halves = new FaceSamples([(0, seam), (seam, video.FrameCount)], options.FramesPerPart);
        _scenes = new FaceSamples(Scenes(video, (int)Math.Round(options.SceneGrace * video.FramesPerSecond)), options.FramesPerPart);
    }

    protected override void Take(ReadOnlySpan<byte> frame, int index)
    {
        bool isTracked = index % _metric.Options.FrameStride == 0;
        if (!isTracked && !_halves.Wants(index) && !_scenes.Wants(index))
        {
            return;
        }
        List<(DetectedFace Face, float[] Feature)> faces = Encode(frame, index);
        if (faces.Count > 0)
        {
            _halves.Add(index, faces[0].Feature);
            _scenes.Add(index, faces[0].Feature);
        }
        if (isTracked)
        {
            _track.Add(faces);
            if (faces.Count > 0)
            {
                _series.Add(faces[0].Feature);
                _seen++;
            }
        }
    }

    protected override MetricResult Result()
    {
        // Where no face is seen, the person is not there: 0, not nothing.
        double history = _halves.Seen(1) < 2 ? 0 : _halves.Across(0, 1, skipsSeam: true);
        int[] scenes = [.. Enumerable.Range(0, _scenes.Count)];
        double[] within = [.. scenes.Select(_scenes.Within)];
        double[] across = [.. scenes.SelectMany(i => scenes.Skip(i + 1).Select(j => _scenes.Across(i, j)))];
        FigureList figures = new FigureList()
            .Add(_metric.Identity, _series.Count > 0 ? _series.Score : 0)
            .Add(_metric.History, double.IsNaN(history) ? 0 : history)
            .Add(_metric.Consistency, _track.Score)
            .Add(_metric.Within, Mean(within))
            .Add(_metric.Across, Mean(across));
        if (_metric.FindsFaces)
        {
            figures.Add(_metric.FaceRate, (double)_seen / _track.Frames);
        }
        return MetricResult.Of(figures.Figures) with
        {
            PerScene = new Dictionary<string, IReadOnlyList<double>> { [_metric.Within] = within },
        };
    }

    /// <summary>The faces that count, the largest first.</summary>
    private List<(DetectedFace Face, float[] Feature)> Encode(ReadOnlySpan<byte> frame, int index)
    {
        List<(DetectedFace, float[])> faces = [];
        IEnumerable<DetectedFace> located = _metric.Locator.Locate(Video, index, frame)
            .Where(f => f.Score >= _metric.Options.MinScore).OrderByDescending(f => f.Box.Area).Take(_metric.Options.MostFaces);
        foreach (DetectedFace face in located)
        {
            float[] feature = new float[_metric.Encoder.Dim];
            _metric.Encoder.Encode(frame, Video.Height, Video.Width, face.Landmarks, feature);
            faces.Add((face, feature));
        }
        return faces;
    }

    // Of a scene that is shorter than the grace, its last frame is left.
    private static IEnumerable<(int Start, int End)> Scenes(VideoDescription video, int grace)
    {
        int[] starts = [.. video.Prompts.Select(p => p.StartFrame).Where(s => s < video.FrameCount).DefaultIfEmpty(0)];
        for (int i = 0; i < starts.Length; i++)
        {
            int end = i + 1 < starts.Length ? starts[i + 1] : video.FrameCount;
            yield return (Math.Min(starts[i] + grace, end - 1), end);
        }
    }

    private static double Mean(double[] values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();
}
