namespace LongTake.Generation.Video;

/// <summary>Repeats every pixel a whole number of times in both directions: small videos are shown large, with sharp pixels.</summary>
internal sealed class ScaledVideoWriter : IVideoWriter
{
    private readonly IVideoWriter _inner;
    private readonly int _scale;
    private readonly byte[] _frame;

    public ScaledVideoWriter(IVideoWriter inner, VideoFormat format, int scale)
    {
        _inner = inner;
        _scale = scale;
        _frame = new byte[inner.Format.FrameBytes];
        Format = format;
    }

    public VideoFormat Format { get; }

    public long FramesWritten => _inner.FramesWritten;

    public bool CanResume => _inner.CanResume;

    public bool KeepPartial
    {
        get => _inner.KeepPartial;
        set => _inner.KeepPartial = value;
    }

    public void WriteFrame(ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != Format.FrameBytes)
        {
            throw new ArgumentException(
                $"A {Format.Width}x{Format.Height} frame has {Format.FrameBytes} bytes, this one {rgb.Length}.", nameof(rgb));
        }
        Scale(rgb, Format.Width, Format.Height, _scale, _frame);
        _inner.WriteFrame(_frame);
    }

    public void Flush() => _inner.Flush();

    public void Complete() => _inner.Complete();

    public void Dispose() => _inner.Dispose();

    /// <summary>Nearest-neighbour upscaling of [H, W, 3] bytes.</summary>
    internal static void Scale(ReadOnlySpan<byte> source, int width, int height, int scale, Span<byte> target)
    {
        int stride = width * scale * 3;
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = target.Slice(y * scale * stride, stride);
            int at = 0;
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> pixel = source.Slice((y * width + x) * 3, 3);
                for (int i = 0; i < scale; i++, at += 3)
                {
                    pixel.CopyTo(row[at..]);
                }
            }
            for (int i = 1; i < scale; i++)
            {
                row.CopyTo(target.Slice((y * scale + i) * stride, stride));
            }
        }
    }
}
