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

    /// <summary>Values of a description.</summary>
    public const int Length = GridLength + EdgeLength + Hues + Lightnesses;

    private readonly int[] _counts = new int[GridSide * GridSide];
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
        (double sinX, double cosX, double sinY, double cosY) = (0, 0, 0, 0);
        for (int i = 0; i < mask.Length; i++)
        {
            if (mask[i])
            {
                (double sx, double cx) = Math.SinCos(2 * Math.PI * (i % width) / width);
                (double sy, double cy) = Math.SinCos(2 * Math.PI * (i / width) / height);
                (sinX, cosX, sinY, cosY) = (sinX + sx, cosX + cx, sinY + sy, cosY + cy);
            }
        }
        int x = (int)Math.Round(Math.Atan2(sinX, cosX) * width / (2 * Math.PI)), y = (int)Math.Round(Math.Atan2(sinY, cosY) * height / (2 * Math.PI));
        return (x - width / 2, y - height / 2);
    }

    /// <summary>Mean colour of each cell of the grid, minus that of the whole.</summary>
    private void Colours(ReadOnlySpan<byte> rgb, int shiftX, int shiftY, Span<float> grid)
    {
        Array.Clear(_counts);
        for (int y = 0; y < height; y++)
        {
            int row = Modulo(y + shiftY, height) * width, gridRow = y * GridSide / height * GridSide;
            for (int x = 0; x < width; x++)
            {
                int from = 3 * (row + Modulo(x + shiftX, width)), cell = gridRow + x * GridSide / width;
                _counts[cell]++;
                for (int c = 0; c < 3; c++)
                {
                    grid[3 * cell + c] += rgb[from + c];
                }
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
                float angle = MathF.Atan2(dy, dx);
                int direction = (int)((angle < 0 ? angle + MathF.PI : angle) * Directions / MathF.PI) % Directions;
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
            double hue = Math.Atan2(Math.Sqrt(3) / 2 * (g - b), r - (g + b) / 2.0) / (2 * Math.PI);
            int chroma = Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b));
            histogram[(int)((hue < 0 ? hue + 1 : hue) * Hues) % Hues] += chroma;
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
