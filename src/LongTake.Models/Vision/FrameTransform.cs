using LongTake.Tensors;

namespace LongTake.Models.Vision;

/// <summary>An <see cref="ImageTransform"/> for frames of one size, with tables and buffers made once. Not thread-safe.</summary>
public sealed class FrameTransform
{
    private readonly SampledAxis _rows;
    private readonly SampledAxis _columns;
    private readonly float[] _line;
    private readonly float[] _wide;
    private readonly int _sourceHeight;
    private readonly int _sourceWidth;
    private readonly int _firstRow;

    /// <summary>Prepares.</summary>
    /// <param name="transform">What to do.</param>
    /// <param name="height">Rows of the frames.</param>
    /// <param name="width">Columns of the frames.</param>
    /// <exception cref="ArgumentException">The transform is unusable.</exception>
    public FrameTransform(ImageTransform transform, int height, int width)
    {
        transform.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Transform = transform;
        _sourceHeight = height;
        _sourceWidth = width;
        (int resizedHeight, int resizedWidth) = transform.ResizedSize(height, width);
        bool isSquare = transform.Fit == ImageFit.LongerSide;
        Height = transform.Crop ?? (isSquare ? transform.Side : resizedHeight);
        Width = transform.Crop ?? (isSquare ? transform.Side : resizedWidth);
        _rows = Fitted(Axis(height, resizedHeight), Height);
        _columns = Fitted(Axis(width, resizedWidth), Width);
        // Rows of the frame that no output row looks at need no horizontal pass.
        int lastRow = 0;
        _firstRow = height - 1;
        for (int y = 0; y < Height; y++)
        {
            foreach (int row in _rows.Indices(y))
            {
                _firstRow = Math.Min(_firstRow, row);
                lastRow = Math.Max(lastRow, row);
            }
        }
        _wide = new float[(lastRow - _firstRow + 1) * Width * 3];
        _line = new float[Width * 3];
    }

    /// <summary>The transform.</summary>
    public ImageTransform Transform { get; }

    /// <summary>Rows of the result.</summary>
    public int Height { get; }

    /// <summary>Columns of the result.</summary>
    public int Width { get; }

    /// <summary>Where a crop of <paramref name="crop"/> samples out of <paramref name="size"/> begins: the middle, ties to even.</summary>
    public static int CropStart(int size, int crop) => (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven);

    /// <summary>Transforms a frame.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <returns>[1, 3, <see cref="Height"/>, <see cref="Width"/>], the caller's (or the open scope's).</returns>
    /// <exception cref="ArgumentException">The frame is of another size.</exception>
    public Tensor Apply(ReadOnlySpan<byte> frame)
    {
        Tensor result = Tensor.Empty([1, 3, Height, Width]);
        Apply(frame, result.Span);
        return result;
    }

    /// <summary>As <see cref="Apply(ReadOnlySpan{byte})"/>, into memory of the caller's.</summary>
    public void Apply(ReadOnlySpan<byte> frame, Span<float> result)
    {
        if (frame.Length != _sourceHeight * _sourceWidth * 3)
        {
            throw new ArgumentException(
                $"A frame of {_sourceWidth}x{_sourceHeight} is {_sourceHeight * _sourceWidth * 3} bytes, this one {frame.Length}.", nameof(frame));
        }
        int stride = Width * 3;
        int count = _wide.Length / stride;
        for (int y = 0; y < count; y++)
        {
            Widen(frame.Slice((_firstRow + y) * _sourceWidth * 3, _sourceWidth * 3), _wide.AsSpan(y * stride, stride));
        }
        for (int y = 0; y < Height; y++)
        {
            Span<float> line = _line;
            line.Clear();
            ReadOnlySpan<int> indices = _rows.Indices(y);
            ReadOnlySpan<float> weights = _rows.Weights(y);
            for (int tap = 0; tap < indices.Length; tap++)
            {
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_wide.AsSpan((indices[tap] - _firstRow) * stride, stride), weights[tap], line, line);
            }
            if (Transform.RoundsTo8Bit)
            {
                RoundTo8Bit(line);
            }
            Normalize(line, y, result);
        }
    }

    /// <summary>The middle of an axis that is too long; one that is too short has nothing, which is black, at both ends.</summary>
    private static SampledAxis Fitted(SampledAxis axis, int length) =>
        axis.Length >= length ? axis.Crop(CropStart(axis.Length, length), length) : axis.Pad((length - axis.Length) / 2, length);

    private SampledAxis Axis(int input, int output) => Transform.Kernel switch
    {
        ResamplingKernel.Bilinear => SampledAxis.Bilinear(input, output),
        ResamplingKernel.Bicubic => SampledAxis.Bicubic(input, output),
        _ => SampledAxis.SmoothBicubic(input, output),
    };

    private void Widen(ReadOnlySpan<byte> source, Span<float> target)
    {
        for (int x = 0; x < Width; x++)
        {
            ReadOnlySpan<int> indices = _columns.Indices(x);
            ReadOnlySpan<float> weights = _columns.Weights(x);
            float r = 0, g = 0, b = 0;
            for (int tap = 0; tap < indices.Length; tap++)
            {
                ReadOnlySpan<byte> pixel = source.Slice(indices[tap] * 3, 3);
                float weight = weights[tap];
                r += weight * pixel[0];
                g += weight * pixel[1];
                b += weight * pixel[2];
            }
            target[3 * x] = r;
            target[(3 * x) + 1] = g;
            target[(3 * x) + 2] = b;
        }
    }

    private static void RoundTo8Bit(Span<float> line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            line[i] = MathF.Round(Math.Clamp(line[i], 0f, 255f), MidpointRounding.ToEven);
        }
    }

    private void Normalize(ReadOnlySpan<float> line, int y, Span<float> result)
    {
        for (int c = 0; c < 3; c++)
        {
            float mean = Transform.Mean[c];
            float deviation = Transform.Deviation[c];
            Span<float> target = result.Slice(((c * Height) + y) * Width, Width);
            for (int x = 0; x < Width; x++)
            {
                target[x] = ((line[(3 * x) + c] / 255f) - mean) / deviation;
            }
        }
    }
}
