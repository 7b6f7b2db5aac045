using LongTake.Evaluation.Metrics.VBench;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>
/// Some frames of some parts of a video and the faces in them, to be compared part by part. A part that is shorter than the frames wanted of it
/// gives each of its frames once.
/// </summary>
internal sealed class FaceSamples
{
    private readonly int[][] _frames;
    private readonly float[]?[][] _features;

    /// <summary>Chooses frames in the middle of equal pieces of each part.</summary>
    /// <param name="parts">First frame and the frame after the last of each part; none is empty.</param>
    /// <param name="count">Frames of a part.</param>
    public FaceSamples(IEnumerable<(int Start, int End)> parts, int count)
    {
        _frames = [.. parts.Select(p => MiddleFrames.Of(p.End - p.Start, count).Distinct().Select(f => p.Start + f).ToArray())];
        _features = [.. _frames.Select(f => new float[]?[f.Length])];
    }

    /// <summary>Parts.</summary>
    public int Count => _frames.Length;

    /// <summary>Whether a frame is one of the chosen.</summary>
    public bool Wants(int frame) => _frames.Any(f => Array.BinarySearch(f, frame) >= 0);

    /// <summary>Keeps the feature of a frame's largest face.</summary>
    public void Add(int frame, float[] feature)
    {
        for (int part = 0; part < _frames.Length; part++)
        {
            int i = Array.BinarySearch(_frames[part], frame);
            if (i >= 0)
            {
                _features[part][i] = feature;
            }
        }
    }

    /// <summary>Chosen frames of a part in which a face was seen.</summary>
    public int Seen(int part) => _features[part].Count(f => f is not null);

    /// <summary>Mean likeness of all pairs of different frames of a part; NaN when there is no pair.</summary>
    public double Within(int part)
    {
        float[][] faces = [.. _features[part].OfType<float[]>()];
        return Mean(faces.SelectMany((a, i) => faces.Skip(i + 1).Select(b => FaceTrack.Likeness(a, b))));
    }

    /// <summary>Mean likeness of frames of a part and frames of a later one; NaN when there is no pair.</summary>
    /// <param name="earlier">The part.</param>
    /// <param name="later">The later one.</param>
    /// <param name="skipsSeam">Whether the pair of the last chosen frame before and the first one behind the seam is left out.</param>
    public double Across(int earlier, int later, bool skipsSeam = false)
    {
        List<double> likeness = [];
        float[]?[] before = _features[earlier], after = _features[later];
        for (int i = 0; i < before.Length; i++)
        {
            for (int j = 0; j < after.Length; j++)
            {
                bool isSeam = i == before.Length - 1 && j == 0;
                if (before[i] is float[] a && after[j] is float[] b && !(skipsSeam && isSeam))
                {
                    likeness.Add(FaceTrack.Likeness(a, b));
                }
            }
        }
        return Mean(likeness);
    }

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();
}
