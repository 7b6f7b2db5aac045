namespace LongTake.Generation.Video;

/// <summary>What all readers share: checks, the frame count, and that whatever fails ends in one exception that names the file.</summary>
internal abstract class VideoReader(string name) : IVideoReader
{
    /// <summary>Rows or columns that a video has at most: more is a damaged header, and an attempt to allocate it would be the end.</summary>
    public const int MaxSide = 16384;

    private int _framesRead;
    private bool _disposed;

    public int FrameCount { get; protected set; }

    public int Height { get; protected set; }

    public int Width { get; protected set; }

    public double FramesPerSecond { get; protected set; }

    /// <summary>The video as the user named it, for messages.</summary>
    protected string Name { get; } = name;

    /// <summary>Number of the frame that <see cref="Next"/> is to read.</summary>
    protected int Frame => _framesRead;

    public bool Read(Span<byte> frame)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int bytes = Width * Height * 3;
        if (frame.Length != bytes)
        {
            throw new ArgumentException($"A {Width}x{Height} frame has {bytes} bytes, the span has {frame.Length}.", nameof(frame));
        }
        if (_framesRead == FrameCount)
        {
            return false;
        }
        try
        {
            Next(frame);
        }
        catch (Exception e) when (IsReadFailure(e))
        {
            throw Failure(e);
        }
        _framesRead++;
        return true;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Close();
        }
    }

    /// <summary>Whether an exception says that input is bad rather than that this program is.</summary>
    internal static bool IsReadFailure(Exception e) =>
        e is (IOException or UnauthorizedAccessException or FormatException or InvalidDataException or NotSupportedException)
            and not VideoInputException;

    /// <summary>Reads the frame with number <see cref="Frame"/>, which there is.</summary>
    protected abstract void Next(Span<byte> frame);

    protected abstract void Close();

    /// <summary>Does the work of a constructor: when it fails, the reader is closed and the error names the file.</summary>
    protected void Begin(Action open)
    {
        try
        {
            open();
            if (Width is < 1 or > MaxSide || Height is < 1 or > MaxSide || (long)Width * Height * 3 > int.MaxValue / 2)
            {
                throw new FormatException($"its frames are {Width}x{Height}; this program reads up to {MaxSide} a side");
            }
            if (FrameCount < 1)
            {
                throw new FormatException("it has no frame");
            }
        }
        catch (Exception e) when (IsReadFailure(e))
        {
            Dispose();
            throw Failure(e);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    protected VideoInputException Failure(Exception cause) =>
        new($"{Name} cannot be read: {cause.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}.", cause);
}
