using System.Numerics.Tensors;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>
/// Follows one main face through a video and says how well it keeps its identity, as KVPO's reward does: each frame's face against the last
/// one and against the first, weighted by how sure the detector is; of either list the worst mean of a sliding window. The first frame has no
/// face before it and is left out of the first list (ours: counted as 0 it would be the worst of every video). Source: spec rewards-and-grpo,
/// A5.
/// </summary>
/// <param name="options">Window and least share of frames with a face.</param>
internal sealed class FaceTrack(FaceIdentityOptions options)
{
    // KVPO's weights of what makes a face the main one, and of the two lists.
    private const double AreaWeight = 0.02;
    private const double LikenessWeight = 0.5;
    private const double DistanceWeight = 0.001;
    private const double PairShare = 0.7;

    private readonly List<double> _pairs = [];
    private readonly List<double> _anchors = [];
    private float[]? _first;
    private float[]? _last;
    private double _lastScore;
    private FaceBox _lastBox;
    private int _seen;

    /// <summary>Frames so far.</summary>
    public int Frames => _anchors.Count;

    /// <summary>
    /// 0.7 of the worst stretch of likeness to the face before and 0.3 of that to the first face; 0 where faces are seldom seen. Needs two frames.
    /// </summary>
    public double Score => _seen == 0 || _pairs.Count == 0 || _seen < options.MinFaceRate * Frames
        ? 0
        : (PairShare * WorstWindow(_pairs)) + ((1 - PairShare) * WorstWindow(_anchors));

    /// <summary>Takes the faces of the next frame with their features; there may be none.</summary>
    public void Add(IReadOnlyList<(DetectedFace Face, float[] Feature)> faces)
    {
        double pair = 0, anchor = 0;
        if (faces.Count > 0)
        {
            (DetectedFace face, float[] feature) = faces.MaxBy(f => Prominence(f.Face, f.Feature));
            _first ??= feature;
            pair = _last is null ? 0 : Math.Min(face.Score, _lastScore) * Likeness(feature, _last);
            anchor = face.Score * Likeness(feature, _first);
            (_last, _lastScore, _lastBox) = (feature, face.Score, face.Box);
            _seen++;
        }
        if (Frames > 0)
        {
            _pairs.Add(pair);
        }
        _anchors.Add(anchor);
    }

    /// <summary>Cosine of two features of length 1, from 0 on.</summary>
    public static double Likeness(float[] a, float[] b) => Math.Clamp(TensorPrimitives.Dot<float>(a, b), 0f, 1f);

    private double Prominence(DetectedFace face, float[] feature) => face.Score + (AreaWeight * Math.Log(1 + face.Box.Area))
        + (_last is null ? 0 : (LikenessWeight * Likeness(feature, _last)) - (DistanceWeight * face.Box.DistanceTo(_lastBox)));

    private double WorstWindow(List<double> values)
    {
        int length = Math.Min(options.Window, values.Count);
        return Enumerable.Range(0, values.Count - length + 1).Min(i => values.Skip(i).Take(length).Average());
    }
}
