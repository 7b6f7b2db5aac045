using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>
/// A hand-made description of a picture, or of a part of it, whose cosines stand in for those of a network's features: colours of an 8x8 grid,
/// directions of edges in 4x4 cells, hues and lightness. Source: spec/metrics.md section 10.1.
/// </summary>
internal sealed class FrameDescriptor(int height, int width)
{
    private const int GridSide = 8;
    private const int CellSide = 4;
    private const int Directions = 9;
    private const int Hues = 12;
    private const int Lightnesses = 4;
    private const int Tables = 4;
    private const int GridLength = GridSide * GridSide * 3;
    private const int EdgeLength = CellSide * CellSide * Directions;

    /// <summary>Values of a description.</summary>
    public const int Length = GridLength + EdgeLength + Hues + Lightnesses;

    private readonly PixelFeatures _pixels = new(height, width, Directions, Hues, Lightnesses);
    private readonly byte[] _planes = new byte[3 * height * width];
    private readonly int[] _rowsInCell = InCells(height);
    private readonly int[] _columnsInCell = InCells(width);
    private readonly int[] _sums = new int[GridSide * width];
    private readonly int[] _cells = [.. Enumerable.Range(0, width).Select(x => x * GridSide / width)];
    private readonly int[] _edgeCells = [.. Enumerable.Range(0, CellSide + 1).Select(cell => (cell * width + CellSide - 1) / CellSide)];
    private readonly int[] _counts = new int[Tables * (Hues + Lightnesses)];
    private readonly int[] _inColumn = new int[width];
    private readonly int[] _inRow = new int[height];

    /// <summary>Reads a picture, of which any parts can then be described.</summary>
    /// <param name="planes">[3, H, W] bytes, RGB.</param>
    public void Load(ReadOnlySpan<byte> planes)
    {
        planes.CopyTo(_planes);
        _pixels.Load(planes);
    }

    /// <summary>Describes the picture.</summary>
    /// <param name="mask">[H, W], 0 or not: the pixels whose edges and hues count.</param>
    /// <param name="centre">Whether the grid of colours is centred on those pixels (the picture wraps around).</param>
    /// <param name="description">Receives <see cref="Length"/> values.</param>
    public void Describe(ReadOnlySpan<byte> mask, bool centre, Span<float> description)
    {
        description.Clear();
        (int shiftX, int shiftY) = centre ? Shift(mask) : (0, 0);
        Colours(shiftX, shiftY, description[..GridLength]);
        Edges(mask, description.Slice(GridLength, EdgeLength));
        HuesOf(mask, description[(GridLength + EdgeLength)..]);

        // Each part counts for its share of a cosine: .4, .4 and .2.
        Scale(description[..GridLength], 0.4);
        Scale(description.Slice(GridLength, EdgeLength), 0.4);
        Scale(description[(GridLength + EdgeLength)..], 0.2);
    }

    /// <summary>How far the mask's centroid is from the middle.</summary>
    private (int X, int Y) Shift(ReadOnlySpan<byte> mask)
    {
        Array.Clear(_inColumn);
        Array.Clear(_inRow);
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, i++)
            {
                int counts = mask[i] == 0 ? 0 : 1;
                _inColumn[x] += counts;
                _inRow[y] += counts;
            }
        }
        (double sinX, double cosX) = Circular(_inColumn);
        (double sinY, double cosY) = Circular(_inRow);
        int shiftX = (int)Math.Round(Math.Atan2(sinX, cosX) * width / (2 * Math.PI)), shiftY = (int)Math.Round(Math.Atan2(sinY, cosY) * height / (2 * Math.PI));
        return (shiftX - width / 2, shiftY - height / 2);
    }

    private static (double Sin, double Cos) Circular(ReadOnlySpan<int> counts)
    {
        (double sin, double cos) = (0, 0);
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                (double s, double c) = Math.SinCos(2 * Math.PI * i / counts.Length);
                (sin, cos) = (sin + counts[i] * s, cos + counts[i] * c);
            }
        }
        return (sin, cos);
    }

    /// <summary>Mean colour of each cell of the grid, minus that of the whole. Sums are whole numbers.</summary>
    private void Colours(int shiftX, int shiftY, Span<float> grid)
    {
        for (int c = 0; c < 3; c++)
        {
            Array.Clear(_sums);
            for (int y = 0; y < height; y++)
            {
                ReadOnlySpan<byte> row = _planes.AsSpan((c * height + Modulo(y + shiftY, height)) * width, width);
                Span<int> sums = _sums.AsSpan(y * GridSide / height * width, width);
                int x = 0;
                for (; x <= width - Vector128<byte>.Count; x += Vector128<byte>.Count)
                {
                    Vector512<byte> values = Vector128.Create(row[x..]).ToVector256Unsafe().ToVector512Unsafe();
                    Vector512<int> wide = Vector512.WidenLower(Vector512.WidenLower(values)).AsInt32();
                    (Vector512.Create((ReadOnlySpan<int>)sums[x..]) + wide).CopyTo(sums[x..]);
                }
                for (; x < width; x++)
                {
                    sums[x] += row[x];
                }
            }
            for (int x = 0; x < width; x++)
            {
                int from = Modulo(x + shiftX, width);
                for (int i = 0; i < GridSide; i++)
                {
                    grid[3 * (i * GridSide + _cells[x]) + c] += _sums[i * width + from];
                }
            }
        }
        Span<float> mean = stackalloc float[3];
        mean.Clear();
        for (int i = 0; i < grid.Length; i++)
        {
            int cell = i / 3;
            mean[i % 3] += grid[i] / (height * width);
            grid[i] /= Math.Max(1, _rowsInCell[cell / GridSide] * _columnsInCell[cell % GridSide]);
        }
        for (int i = 0; i < grid.Length; i++)
        {
            grid[i] -= mean[i % 3];
        }
    }

    /// <summary>Histograms of the directions of edges, unsigned, weighted by their strength.</summary>
    private void Edges(ReadOnlySpan<byte> mask, Span<float> histograms)
    {
        ReadOnlySpan<float> strength = _pixels.Strength;
        ReadOnlySpan<int> direction = _pixels.Direction;
        int widest = (width + CellSide - 1) / CellSide;
        for (int y = 1; y < height - 1; y++)
        {
            // The cells in turn, as additions to one and the same bin wait for each other; the order within a bin stays that of the pixels.
            Span<float> line = histograms[(y * CellSide / height * CellSide * Directions)..];
            for (int i = 0; i < widest; i++)
            {
                for (int cell = 0; cell < CellSide; cell++)
                {
                    int x = _edgeCells[cell] + i, at = y * width + x;
                    if (x < _edgeCells[cell + 1] && x > 0 && x < width - 1 && mask[at] != 0)
                    {
                        line[cell * Directions + direction[at]] += strength[at];
                    }
                }
            }
        }
    }

    /// <summary>A histogram of hues weighted by chroma, and one of lightness, equally long.</summary>
    private void HuesOf(ReadOnlySpan<byte> mask, Span<float> histogram)
    {
        ReadOnlySpan<int> hue = _pixels.Hue, lightness = _pixels.Lightness;
        ReadOnlySpan<float> chroma = _pixels.Chroma;
        // Sums of whole numbers, which are exact in any order: several tables in turn, as additions to one and the same bin wait for each other.
        Array.Clear(_counts);
        for (int i = 0; i < mask.Length; i++)
        {
            if (mask[i] != 0)
            {
                int table = i % Tables * (Hues + Lightnesses);
                _counts[table + hue[i]] += (int)chroma[i];
                _counts[table + Hues + lightness[i]]++;
            }
        }
        for (int i = 0; i < _counts.Length; i++)
        {
            histogram[i % (Hues + Lightnesses)] += _counts[i];
        }
        Scale(histogram[..Hues], 1);
        Scale(histogram[Hues..], 1);
    }

    /// <summary>Makes the squared length of a part its share; a part of zeros stays.</summary>
    private static void Scale(Span<float> part, double share)
    {
        double square = 0;
        foreach (float value in part)
        {
            square += value * value;
        }
        float scale = square > 0 ? (float)Math.Sqrt(share / square) : 0;
        for (int i = 0; i < part.Length; i++)
        {
            part[i] *= scale;
        }
    }

    /// <summary>How many of so many rows or columns fall into each cell of the grid.</summary>
    private static int[] InCells(int length) =>
        [.. Enumerable.Range(0, GridSide).Select(cell => Enumerable.Range(0, length).Count(i => i * GridSide / length == cell))];

    private static int Modulo(int value, int modulus) => (value % modulus + modulus) % modulus;
}
