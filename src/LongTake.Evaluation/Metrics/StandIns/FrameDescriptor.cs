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
    private const int GridLength = GridSide * GridSide * 3;
    private const int EdgeLength = CellSide * CellSide * Directions;

    private static readonly float s_halfRoot3 = (float)(Math.Sqrt(3) / 2);
    private static readonly Sectors s_directions = new(2 * Directions);
    private static readonly Sectors s_hues = new(Hues);

    /// <summary>Values of a description.</summary>
    public const int Length = GridLength + EdgeLength + Hues + Lightnesses;

    private readonly int[] _counts = new int[GridSide * GridSide];
    private readonly int[] _columns = new int[width];
    private readonly int[] _cells = [.. Enumerable.Range(0, width).Select(x => x * GridSide / width)];
    private readonly int[] _inColumn = new int[width];
    private readonly int[] _inRow = new int[height];
    private readonly float[] _luma = new float[height * width];

    /// <summary>Describes a picture.</summary>
    /// <param name="rgb">[H, W, 3] bytes.</param>
    /// <param name="mask">[H, W]: the pixels whose edges and hues count.</param>
    /// <param name="centre">Whether the grid of colours is centred on those pixels (the picture wraps around).</param>
    /// <param name="description">Receives <see cref="Length"/> values.</param>
    public void Describe(ReadOnlySpan<byte> rgb, ReadOnlySpan<bool> mask, bool centre, Span<float> description)
    {
        description.Clear();
        for (int i = 0; i < _luma.Length; i++)
        {
            _luma[i] = 0.299f * rgb[3 * i] + 0.587f * rgb[3 * i + 1] + 0.114f * rgb[3 * i + 2];
        }
        (int shiftX, int shiftY) = centre ? Shift(mask) : (0, 0);
        Colours(rgb, shiftX, shiftY, description[..GridLength]);
        Edges(mask, description.Slice(GridLength, EdgeLength));
        HuesOf(rgb, mask, description[(GridLength + EdgeLength)..]);

        // Each part counts for its share of a cosine: .4, .4 and .2.
        Scale(description[..GridLength], 0.4);
        Scale(description.Slice(GridLength, EdgeLength), 0.4);
        Scale(description[(GridLength + EdgeLength)..], 0.2);
    }

    /// <summary>How far the mask's centroid is from the middle.</summary>
    private (int X, int Y) Shift(ReadOnlySpan<bool> mask)
    {
        Array.Clear(_inColumn);
        Array.Clear(_inRow);
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, i++)
            {
                int counts = mask[i] ? 1 : 0;
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

    /// <summary>Mean colour of each cell of the grid, minus that of the whole.</summary>
    private void Colours(ReadOnlySpan<byte> rgb, int shiftX, int shiftY, Span<float> grid)
    {
        Array.Clear(_counts);
        for (int x = 0; x < width; x++)
        {
            _columns[x] = Modulo(x + shiftX, width);
        }
        for (int y = 0; y < height; y++)
        {
            int row = Modulo(y + shiftY, height) * width, gridRow = y * GridSide / height * GridSide;
            for (int x = 0; x < width; x++)
            {
                int from = 3 * (row + _columns[x]), cell = gridRow + _cells[x];
                _counts[cell]++;
                grid[3 * cell] += rgb[from];
                grid[3 * cell + 1] += rgb[from + 1];
                grid[3 * cell + 2] += rgb[from + 2];
            }
        }
        Span<float> mean = stackalloc float[3];
        mean.Clear();
        for (int i = 0; i < grid.Length; i++)
        {
            mean[i % 3] += grid[i] / (height * width);
            grid[i] /= Math.Max(1, _counts[i / 3]);
        }
        for (int i = 0; i < grid.Length; i++)
        {
            grid[i] -= mean[i % 3];
        }
    }

    /// <summary>Histograms of the directions of edges, unsigned, weighted by their strength.</summary>
    private void Edges(ReadOnlySpan<bool> mask, Span<float> histograms)
    {
        for (int y = 1; y < height - 1; y++)
        {
            for (int x = 1; x < width - 1; x++)
            {
                int at = y * width + x;
                if (!mask[at])
                {
                    continue;
                }
                float dx = _luma[at + 1] - _luma[at - 1], dy = _luma[at + width] - _luma[at - width];
                if (dx == 0 && dy == 0)
                {
                    continue;
                }
                int direction = s_directions.Of(dx, dy) % Directions;
                int cell = y * CellSide / height * CellSide + x * CellSide / width;
                histograms[cell * Directions + direction] += MathF.Sqrt(dx * dx + dy * dy);
            }
        }
    }

    /// <summary>A histogram of hues weighted by chroma, and one of lightness, equally long.</summary>
    private void HuesOf(ReadOnlySpan<byte> rgb, ReadOnlySpan<bool> mask, Span<float> histogram)
    {
        for (int i = 0; i < mask.Length; i++)
        {
            if (!mask[i])
            {
                continue;
            }
            int r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
            int chroma = Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b));
            histogram[s_hues.Of(r - (g + b) / 2f, s_halfRoot3 * (g - b))] += chroma;
            histogram[Hues + Math.Min(Lightnesses - 1, (int)(_luma[i] * Lightnesses / 256))]++;
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

    private static int Modulo(int value, int modulus) => (value % modulus + modulus) % modulus;
}
