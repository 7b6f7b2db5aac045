using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// Optical flow by block matching: for every pixel the displacement whose 7x7 neighbourhood is most alike in RGB, set to zero unless it is
/// clearly better than none (noise makes false vectors in flat areas), else refined to fractions of a pixel. A stand-in for networks.
/// Sums are integers, so that the width of vectors does not matter. Keeps its buffers; not for several threads at once.
/// Source: spec/metrics.md section 10.1.
/// </summary>
public sealed partial class BlockMatcher : IDisposable
{
    private const int Radius = 3;
    private const double PixelPenalty = 0.5;

    // What a displacement must save, in 8-bit levels, and of what not to move costs.
    private const double LeastGain = 1.5;
    private const double LeastShare = 0.25;
    private const int WindowSum = (2 * Radius + 1) * (2 * Radius + 1) * 3;

    private readonly int _height;
    private readonly int _width;
    private readonly int _reach;
    private readonly bool _wraps;
    private readonly int _side;
    private readonly int _stride;
    private readonly int _padStride;
    private readonly byte[] _from;
    private readonly byte[] _to;
    private readonly ushort[] _differences;
    private readonly int[] _rows;
    private readonly int[] _columns;
    private readonly int[] _behindLeft;
    private readonly int[] _behindRight;
    private readonly int _sumStride;
    private readonly ushort[] _columnSums;
    private readonly ReusedBuffer<ushort> _costs;
    private readonly int _displacements;
    private readonly int _plane;
    private readonly float[] _penalties;
    private readonly float[] _least;
    private readonly ushort[] _leastWhole;
    private readonly int[] _best;
    private readonly int[] _lengths;
    private readonly float[] _most;
    private readonly RowSet[] _sets;

    /// <summary>A matcher for pictures of one size.</summary>
    /// <param name="height">Height H.</param>
    /// <param name="width">Width W.</param>
    /// <param name="reach">Largest displacement R along either axis, in pixels, at most 20.</param>
    /// <param name="wraps">Whether pictures wrap around; otherwise their borders are repeated.</param>
    public BlockMatcher(int height, int width, int reach, bool wraps = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reach, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reach, 20);
        (_height, _width, _reach, _wraps, _side) = (height, width, reach, wraps, 2 * reach + 1);

        // Rows are rounded up to whole vectors of bytes; what lies behind the picture is computed and never looked at.
        int lanes = Vector512<byte>.Count;
        _stride = (width + lanes - 1) / lanes * lanes;
        _padStride = _stride + 2 * reach;
        _from = new byte[3 * height * _stride];
        _to = new byte[3 * (height + 2 * reach) * _padStride];
        _differences = new ushort[height * _stride];
        _rows = [.. Enumerable.Range(-Radius, height + (2 * Radius)).Select(y => Inside(y, height))];
        _columns = [.. Enumerable.Range(-reach, width + (2 * reach)).Select(x => Inside(x, width))];
        _behindLeft = [.. Enumerable.Range(-Radius, Radius).Select(x => Inside(x, width))];
        _behindRight = [.. Enumerable.Range(width, Radius).Select(x => Inside(x, width))];
        _sumStride = _stride + 2 * Radius + Vector512<ushort>.Count;
        _columnSums = new ushort[height * _sumStride];
        (_displacements, _plane) = (_side * _side, height * _stride);
        _costs = new ReusedBuffer<ushort>(_displacements * _plane);
        _penalties = [.. Enumerable.Range(0, _displacements).Select(d =>
            (float)(PixelPenalty * WindowSum * Math.Sqrt(Square(d % _side - reach) + Square(d / _side - reach))))];
        _least = new float[height * _stride];
        _leastWhole = new ushort[height * _stride];
        _best = new int[height * _stride];
        float[] lengths = [.. _penalties.Distinct().Order()];
        _lengths = [.. _penalties.Select(p => Array.IndexOf(lengths, p))];
        _most = new float[height];
        _sets = [.. lengths.Select(p => new RowSet(p, height))];
    }

    /// <summary>The flow from one picture to another.</summary>
    /// <param name="from">[H, W, 3] bytes.</param>
    /// <param name="to">[H, W, 3] bytes.</param>
    /// <param name="flow">Receives [H, W] displacements in pixels, x right and y down: the pixel (x, y) of the first is at (x + X, y + Y) of the second.</param>
    public void Match(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, Span<Vector2> flow)
    {
        Load(from, to);
        Array.Fill(_most, float.PositiveInfinity);
        Spread();
        int zero = _reach * _side + _reach;
        Difference(0, 0, _sets[0].IsNeeded);
        BoxSums(CostsOf(zero), _sets[0].IsActive);

        // Zero comes first and wins ties.
        Span<ushort> none = CostsOf(zero);
        none.CopyTo(_leastWhole);
        for (int i = 0; i < _least.Length; i++)
        {
            _least[i] = none[i];
        }
        Array.Fill(_best, zero);
        Limit(none);
        Spread();
        for (int d = 0; d < _displacements; d++)
        {
            RowSet rows = _sets[_lengths[d]];
            if (d != zero && rows.Any)
            {
                Difference(d % _side - _reach, d / _side - _reach, rows.IsNeeded);
                BoxSums(CostsOf(d), rows.IsActive);
                KeepBetter(d, rows.IsActive);
            }
        }
        ReadOnlySpan<ushort> costs = _costs.Span;
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                int pixel = y * _stride + x;
                flow[y * _width + x] = _best[pixel] == zero ? Vector2.Zero : Best(costs, pixel, zero);
            }
        }
    }

    /// <summary>Gives memory back to matchers to come.</summary>
    public void Dispose() => _costs.Dispose();

    private static int Square(int value) => value * value;

    /// <summary>
    /// Finds how far the pixels of each row may move at most: the way alone must cost less than what not to move costs, by what a displacement
    /// must save. Longer ways would be set to zero in the end; one pixel more is looked at, for the parabolas.
    /// </summary>
    private void Limit(ReadOnlySpan<ushort> costs)
    {
        for (int y = 0; y < _height; y++)
        {
            double none = 0;
            foreach (ushort cost in costs.Slice(y * _stride, _width))
            {
                none = Math.Max(none, cost);
            }
            double most = none - Math.Max(LeastGain * WindowSum, LeastShare * none);
            _most[y] = most < PixelPenalty * WindowSum ? -1 : (float)(most + (PixelPenalty * WindowSum * 1.001));
        }
    }

    /// <summary>For every length of a way, the rows whose pixels may go it, and those that their windows reach.</summary>
    private void Spread()
    {
        foreach (RowSet set in _sets)
        {
            Array.Clear(set.IsNeeded);
            set.Any = false;
            for (int y = 0; y < _height; y++)
            {
                bool active = set.IsActive[y] = set.Penalty <= _most[y];
                set.Any |= active;
                for (int k = 0; active && k <= 2 * Radius; k++)
                {
                    set.IsNeeded[_rows[y + k]] = true;
                }
            }
        }
    }

    /// <summary>Planes of the first picture, and of the second one with a border as wide as the reach.</summary>
    private void Load(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        int padHeight = _height + 2 * _reach;
        for (int y = 0; y < _height; y++)
        {
            RgbPlanes.Split(from.Slice(3 * y * _width, 3 * _width), Line(0), Line(1), Line(2));
            RgbPlanes.Split(to.Slice(3 * y * _width, 3 * _width), Middle(0), Middle(1), Middle(2));
            for (int c = 0; c < 3; c++)
            {
                Span<byte> padded = _to.AsSpan((c * padHeight + y + _reach) * _padStride, _columns.Length);
                for (int x = 0; x < _reach; x++)
                {
                    padded[x] = padded[_reach + _columns[x]];
                    padded[_reach + _width + x] = padded[_reach + _columns[_reach + _width + x]];
                }
            }

            Span<byte> Line(int c) => _from.AsSpan((c * _height + y) * _stride, _width);

            Span<byte> Middle(int c) => _to.AsSpan((c * padHeight + y + _reach) * _padStride + _reach, _width);
        }
        for (int c = 0; c < 3; c++)
        {
            for (int i = 0; i < 2 * _reach; i++)
            {
                int y = i < _reach ? i : _height + i, row = Inside(y - _reach, _height) + _reach;
                _to.AsSpan((c * padHeight + row) * _padStride, _padStride).CopyTo(_to.AsSpan((c * padHeight + y) * _padStride));
            }
        }
    }

    private int Inside(int place, int length) =>
        _wraps ? (place % length + length) % length : Math.Clamp(place, 0, length - 1);

    /// <summary>The displacement of a pixel whose cheapest one is not zero: that, or zero when it is not clearly better.</summary>
    private Vector2 Best(ReadOnlySpan<ushort> costs, int pixel, int zero)
    {
        int best = _best[pixel];
        double none = Cost(costs, zero, pixel), least = Cost(costs, best, pixel);
        if (none - least < Math.Max(LeastGain, LeastShare * none))
        {
            return Vector2.Zero;
        }
        int column = best % _side, row = best / _side;
        double x = column - _reach, y = row - _reach;
        x += column > 0 && column < _side - 1 ? Vertex(Cost(costs, best - 1, pixel), least, Cost(costs, best + 1, pixel)) : 0;
        y += row > 0 && row < _side - 1 ? Vertex(Cost(costs, best - _side, pixel), least, Cost(costs, best + _side, pixel)) : 0;
        return new Vector2((float)x, (float)y);
    }

    /// <summary>Mean difference in 8-bit levels, and half a level for each pixel of the way.</summary>
    private double Cost(ReadOnlySpan<ushort> costs, int displacement, int pixel) =>
        (costs[displacement * _plane + pixel] + (double)_penalties[displacement]) / WindowSum;

    private Span<ushort> CostsOf(int displacement) => _costs.Span.Slice(displacement * _plane, _plane);

    /// <summary>Where the parabola through three neighbouring costs is lowest.</summary>
    private static double Vertex(double before, double least, double after)
    {
        double curvature = before - 2 * least + after;
        return curvature > 0 ? Math.Clamp((before - after) / (2 * curvature), -0.5, 0.5) : 0;
    }

    /// <summary>Rows that are looked at for ways of one length.</summary>
    private sealed class RowSet(float penalty, int height)
    {
        public float Penalty => penalty;

        /// <summary>Rows whose pixels may go so far.</summary>
        public bool[] IsActive { get; } = new bool[height];

        /// <summary>Rows of differences that their windows reach.</summary>
        public bool[] IsNeeded { get; } = new bool[height];

        /// <summary>Whether there are any.</summary>
        public bool Any { get; set; }
    }
}
