using System.Numerics;
using System.Runtime.InteropServices;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// Optical flow by block matching: for every pixel the displacement whose 7x7 neighbourhood is most alike in RGB, set to zero unless it is
/// clearly better than none (noise makes false vectors in flat areas), else refined to fractions of a pixel. A stand-in for networks.
/// Sums are integers, so that the width of vectors does not matter. Keeps its buffers; not for several threads at once.
/// Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class BlockMatcher
{
    private const int Radius = 3;
    private const double PixelPenalty = 0.5;
    private const int WindowSum = (2 * Radius + 1) * (2 * Radius + 1) * 3;

    private readonly int _height;
    private readonly int _width;
    private readonly int _reach;
    private readonly bool _wraps;
    private readonly int _side;
    private readonly int _stride;
    private readonly int _padStride;
    private readonly ushort[] _from;
    private readonly ushort[] _to;
    private readonly ushort[] _differences;
    private readonly int[] _rows;
    private readonly ushort[] _behind = new ushort[Radius];
    private readonly ushort[] _line;
    private readonly ushort[][] _costs;
    private readonly float[] _penalties;
    private readonly float[] _least;
    private readonly int[] _best;

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

        // Rows are rounded up to whole vectors; what lies behind the picture is computed and never looked at.
        int lanes = Vector<ushort>.Count;
        _stride = (width + lanes - 1) / lanes * lanes;
        _padStride = _stride + 2 * reach;
        _from = new ushort[3 * height * _stride];
        _to = new ushort[3 * (height + 2 * reach) * _padStride];
        _differences = new ushort[height * _stride];
        _rows = [.. Enumerable.Range(-Radius, height + (2 * Radius)).Select(y => Inside(y, height))];
        _line = new ushort[_stride + 2 * Radius + lanes];
        _costs = [.. Enumerable.Range(0, _side * _side).Select(_ => new ushort[height * _stride])];
        _penalties = [.. Enumerable.Range(0, _side * _side).Select(d =>
            (float)(PixelPenalty * WindowSum * Math.Sqrt(Square(d % _side - reach) + Square(d / _side - reach))))];
        _least = new float[height * _stride];
        _best = new int[height * _stride];
    }

    /// <summary>The flow from one picture to another.</summary>
    /// <param name="from">[H, W, 3] bytes.</param>
    /// <param name="to">[H, W, 3] bytes.</param>
    /// <param name="flow">Receives [H, W] displacements in pixels, x right and y down: the pixel (x, y) of the first is at (x + X, y + Y) of the second.</param>
    public void Match(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, Span<Vector2> flow)
    {
        Load(from, to);
        int zero = _reach * _side + _reach;
        Difference(0, 0);
        BoxSums(_costs[zero]);
        for (int i = 0; i < _least.Length; i++)
        {
            // Zero comes first and wins ties.
            (_least[i], _best[i]) = (_costs[zero][i], zero);
        }
        for (int d = 0; d < _costs.Length; d++)
        {
            if (d != zero)
            {
                Difference(d % _side - _reach, d / _side - _reach);
                BoxSums(_costs[d]);
                KeepBetter(d);
            }
        }
        for (int y = 0; y < _height; y++)
        {
            for (int x = 0; x < _width; x++)
            {
                flow[y * _width + x] = Best(y * _stride + x, zero);
            }
        }
    }

    private static int Square(int value) => value * value;

    /// <summary>Planes of the first picture, and of the second one with a border as wide as the reach.</summary>
    private void Load(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        int padHeight = _height + 2 * _reach;
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < _height; y++)
            {
                for (int x = 0; x < _width; x++)
                {
                    _from[(c * _height + y) * _stride + x] = from[3 * (y * _width + x) + c];
                }
            }
            for (int y = 0; y < padHeight; y++)
            {
                int row = Inside(y - _reach, _height) * _width;
                Span<ushort> line = _to.AsSpan((c * padHeight + y) * _padStride, _width + 2 * _reach);
                for (int x = 0; x < line.Length; x++)
                {
                    line[x] = to[3 * (row + Inside(x - _reach, _width)) + c];
                }
            }
        }
    }

    private int Inside(int place, int length) =>
        _wraps ? (place % length + length) % length : Math.Clamp(place, 0, length - 1);

    /// <summary>Sums over the channels of the absolute differences at one displacement: at most 765.</summary>
    private void Difference(int dx, int dy)
    {
        int padHeight = _height + (2 * _reach), lanes = Vector<ushort>.Count;
        ref ushort from = ref MemoryMarshal.GetArrayDataReference(_from), to = ref MemoryMarshal.GetArrayDataReference(_to);
        ref ushort differences = ref MemoryMarshal.GetArrayDataReference(_differences);
        nuint plane = (nuint)(_height * _stride), padPlane = (nuint)(padHeight * _padStride);
        for (int y = 0; y < _height; y++)
        {
            nuint a = (nuint)(y * _stride), b = (nuint)(((y + dy + _reach) * _padStride) + dx + _reach);
            for (int x = 0; x < _stride; x += lanes, a += (nuint)lanes, b += (nuint)lanes)
            {
                Vector<ushort> sum = Distance(ref from, a, ref to, b)
                    + Distance(ref from, a + plane, ref to, b + padPlane)
                    + Distance(ref from, a + (2 * plane), ref to, b + (2 * padPlane));
                sum.StoreUnsafe(ref differences, a);
            }
        }

        static Vector<ushort> Distance(ref ushort from, nuint a, ref ushort to, nuint b)
        {
            Vector<ushort> u = Vector.LoadUnsafe(ref from, a), v = Vector.LoadUnsafe(ref to, b);
            return Vector.Max(u, v) - Vector.Min(u, v);
        }
    }

    /// <summary>Sums over windows of 7x7: at most 37,485, which fits 16 bits.</summary>
    private void BoxSums(ushort[] sums)
    {
        int lanes = Vector<ushort>.Count;
        ref ushort differences = ref MemoryMarshal.GetArrayDataReference(_differences);
        ref ushort line = ref MemoryMarshal.GetArrayDataReference(_line);
        ref ushort target = ref MemoryMarshal.GetArrayDataReference(sums);
        for (int y = 0; y < _height; y++)
        {
            // Column sums stand in the middle of the line; beside them, what lies behind the borders.
            nuint entering = (nuint)(_rows[y + (2 * Radius)] * _stride), leaving = (nuint)(_rows[Math.Max(0, y - 1)] * _stride);
            for (nuint x = 0; x < (nuint)_stride; x += (nuint)lanes)
            {
                Vector<ushort> column;
                if (y == 0)
                {
                    column = Vector<ushort>.Zero;
                    for (int k = 0; k <= 2 * Radius; k++)
                    {
                        column += Vector.LoadUnsafe(ref differences, (nuint)(_rows[k] * _stride) + x);
                    }
                }
                else
                {
                    column = Vector.LoadUnsafe(ref line, x + Radius)
                        + Vector.LoadUnsafe(ref differences, entering + x) - Vector.LoadUnsafe(ref differences, leaving + x);
                }
                column.StoreUnsafe(ref line, x + Radius);
            }
            for (int k = 0; k < Radius; k++)
            {
                // What the right border takes the place of are columns of the padding, which the next row needs again.
                _line[k] = _line[Radius + Inside(k - Radius, _width)];
                _behind[k] = _line[Radius + _width + k];
                _line[Radius + _width + k] = _line[Radius + Inside(_width + k, _width)];
            }
            nuint row = (nuint)(y * _stride);
            for (nuint x = 0; x < (nuint)_stride; x += (nuint)lanes)
            {
                Vector<ushort> sum = Vector.LoadUnsafe(ref line, x);
                for (nuint k = 1; k <= 2 * Radius; k++)
                {
                    sum += Vector.LoadUnsafe(ref line, x + k);
                }
                sum.StoreUnsafe(ref target, row + x);
            }
            _behind.CopyTo(_line, Radius + _width);
        }
    }

    private void KeepBetter(int displacement)
    {
        ushort[] costs = _costs[displacement];
        Vector<float> penalty = new(_penalties[displacement]);
        Vector<int> number = new(displacement);
        ref ushort from = ref MemoryMarshal.GetArrayDataReference(costs);
        for (int i = 0; i < costs.Length; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<uint> low, out Vector<uint> high);
            KeepBetter(Vector.ConvertToSingle(Vector.AsVectorInt32(low)) + penalty, number, i);
            KeepBetter(Vector.ConvertToSingle(Vector.AsVectorInt32(high)) + penalty, number, i + Vector<float>.Count);
        }
    }

    private void KeepBetter(Vector<float> cost, Vector<int> number, int at)
    {
        ref float known = ref MemoryMarshal.GetArrayDataReference(_least);
        Vector<float> least = Vector.LoadUnsafe(ref known, (nuint)at);
        Vector<int> better = Vector.LessThan(cost, least);
        if (better != Vector<int>.Zero)
        {
            Vector.ConditionalSelect(better, cost, least).StoreUnsafe(ref known, (nuint)at);
            Vector.ConditionalSelect(better, number, new Vector<int>(_best, at)).CopyTo(_best, at);
        }
    }

    /// <summary>The displacement of a pixel: the cheapest, or zero when it is not clearly better.</summary>
    private Vector2 Best(int pixel, int zero)
    {
        int best = _best[pixel];
        double none = Cost(zero, pixel), least = Cost(best, pixel);
        if (best == zero || none - least < Math.Max(1.5, 0.25 * none))
        {
            return Vector2.Zero;
        }
        int column = best % _side, row = best / _side;
        double x = column - _reach, y = row - _reach;
        x += column > 0 && column < _side - 1 ? Vertex(Cost(best - 1, pixel), least, Cost(best + 1, pixel)) : 0;
        y += row > 0 && row < _side - 1 ? Vertex(Cost(best - _side, pixel), least, Cost(best + _side, pixel)) : 0;
        return new Vector2((float)x, (float)y);
    }

    /// <summary>Mean difference in 8-bit levels, and half a level for each pixel of the way.</summary>
    private double Cost(int displacement, int pixel) => (_costs[displacement][pixel] + (double)_penalties[displacement]) / WindowSum;

    /// <summary>Where the parabola through three neighbouring costs is lowest.</summary>
    private static double Vertex(double before, double least, double after)
    {
        double curvature = before - 2 * least + after;
        return curvature > 0 ? Math.Clamp((before - after) / (2 * curvature), -0.5, 0.5) : 0;
    }
}
