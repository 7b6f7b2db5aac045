using System.Numerics.Tensors;

namespace LongTake.Evaluation.Metrics;

/// <summary>
/// Makes small pictures by area averaging: every pixel of the result is the mean over the part of the frame that it covers. Keeps its buffers;
/// not for several threads at once.
/// </summary>
internal sealed class AreaResizer
{
    private readonly (int First, float[] Weights)[] _rows;
    private readonly (int First, float[] Weights)[] _columns;
    private readonly int _width;
    private readonly float[] _line;
    private readonly float[] _row;
    private readonly bool _keepsSize;
    private readonly PictureHalving? _halving;

    public AreaResizer(int height, int width, int newHeight, int newWidth)
    {
        (_width, NewHeight, NewWidth) = (width, newHeight, newWidth);
        _rows = Parts(height, newHeight);
        _columns = Parts(width, newWidth);
        _line = new float[width * 3];
        _row = new float[width * 3];
        _keepsSize = height == newHeight && width == newWidth;
        _halving = height == 2 * newHeight && width == 2 * newWidth ? new PictureHalving(height, width) : null;
    }

    public int NewHeight { get; }

    public int NewWidth { get; }

    /// <summary>Values of a small picture.</summary>
    public int Length => NewHeight * NewWidth * 3;

    /// <summary>A resizer that makes the longer side <paramref name="side"/> at most and keeps the shape; smaller frames stay as they are.</summary>
    public static AreaResizer Within(int height, int width, int side)
    {
        double scale = Math.Min(1, (double)side / Math.Max(height, width));
        return new AreaResizer(height, width, Math.Max(1, (int)Math.Round(scale * height)), Math.Max(1, (int)Math.Round(scale * width)));
    }

    /// <summary>Resizes.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="small">Receives [h, w, 3] values in 0..255.</param>
    public void Resize(ReadOnlySpan<byte> frame, Span<float> small)
    {
        if (_keepsSize)
        {
            ByteWidening.ToFloats(frame, small);
            return;
        }
        if (_halving is not null)
        {
            _halving.Halve(frame, small);
            return;
        }
        for (int y = 0; y < NewHeight; y++)
        {
            Array.Clear(_line);
            (int firstRow, float[] rowWeights) = _rows[y];
            for (int j = 0; j < rowWeights.Length; j++)
            {
                ByteWidening.ToFloats(frame.Slice((firstRow + j) * _width * 3, _width * 3), _row);
                TensorPrimitives.MultiplyAdd(_row, rowWeights[j], _line, _line);
            }
            for (int x = 0; x < NewWidth; x++)
            {
                (int firstColumn, float[] weights) = _columns[x];
                float red = 0, green = 0, blue = 0;
                for (int i = 0; i < weights.Length; i++)
                {
                    int at = 3 * (firstColumn + i);
                    red += weights[i] * _line[at];
                    green += weights[i] * _line[at + 1];
                    blue += weights[i] * _line[at + 2];
                }
                int to = 3 * (y * NewWidth + x);
                (small[to], small[to + 1], small[to + 2]) = (red, green, blue);
            }
        }
    }

    /// <summary>Resizes and rounds to bytes.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="values">Room for <see cref="Length"/> values.</param>
    /// <param name="small">Receives [h, w, 3] bytes.</param>
    public void Resize(ReadOnlySpan<byte> frame, float[] values, Span<byte> small)
    {
        if (_keepsSize)
        {
            frame.CopyTo(small);
            return;
        }
        Resize(frame, values);
        for (int i = 0; i < small.Length; i++)
        {
            small[i] = (byte)(values[i] + 0.5f);
        }
    }

    /// <summary>For each of the new pixels along an axis, the old ones that it covers and how much of each.</summary>
    private static (int First, float[] Weights)[] Parts(int length, int newLength)
    {
        (int First, float[] Weights)[] parts = new (int, float[])[newLength];
        for (int i = 0; i < newLength; i++)
        {
            double from = (double)i * length / newLength, to = (i + 1.0) * length / newLength;
            int first = (int)Math.Floor(from), end = Math.Min(length, (int)Math.Ceiling(to - 1e-9));
            float[] weights = new float[end - first];
            for (int j = 0; j < weights.Length; j++)
            {
                weights[j] = (float)((Math.Min(to, first + j + 1) - Math.Max(from, first + j)) / (to - from));
            }
            parts[i] = (first, weights);
        }
        return parts;
    }
}
