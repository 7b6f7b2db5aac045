namespace LongTake.Generation.Video;

/// <summary>What all writers share: checks, the frame count, and that a failure leaves one clear error and nothing half-written.</summary>
internal abstract class VideoWriter : IVideoWriter
{
    private bool _closed;

    protected VideoWriter(string name, VideoFormat format, long framesBefore)
    {
        format.Validate();
        Name = name;
        Format = format;
        FramesWritten = framesBefore;
    }

    public VideoFormat Format { get; }

    public long FramesWritten { get; private set; }

    public abstract bool CanResume { get; }

    public bool KeepPartial { get; set; }

    /// <summary>The output as the user named it, for messages.</summary>
    protected string Name { get; }

    public void WriteFrame(ReadOnlySpan<byte> rgb)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (rgb.Length != Format.FrameBytes)
        {
            throw new ArgumentException(
                $"A {Format.Width}x{Format.Height} frame has {Format.FrameBytes} bytes, this one {rgb.Length}.", nameof(rgb));
        }
        try
        {
            Append(rgb);
        }
        catch (Exception e) when (IsWriteFailure(e))
        {
            throw Failure(e);
        }
        FramesWritten++;
    }

    public void Flush()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            FlushOutput();
        }
        catch (Exception e) when (IsWriteFailure(e))
        {
            throw Failure(e);
        }
    }

    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (FramesWritten == 0)
        {
            throw new VideoOutputException($"{Name} would be a video without frames; nothing is written.");
        }
        try
        {
            Finish();
        }
        catch (Exception e) when (IsWriteFailure(e))
        {
            throw Failure(e);
        }
        _closed = true;
    }

    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            Abandon();
        }
    }

    /// <summary>The one line a failed write is reported with.</summary>
    internal static VideoOutputException WriteError(string name, Exception cause)
    {
        const int DiskFull = 28;                 // ENOSPC
        const int WindowsDiskFull = 0x70;        // ERROR_DISK_FULL
        bool full = cause is IOException && ((cause.HResult & 0xFFFF) is DiskFull or WindowsDiskFull
            || cause.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase));
        return full
            ? new VideoOutputException(
                $"The disk is full: {name} cannot be written. Free some space or choose another place with --output.", cause)
            : new VideoOutputException(
                $"Cannot write {name}: {cause.Message.TrimEnd('.')}. Choose a place you may write to with --output.", cause);
    }

    protected abstract void Append(ReadOnlySpan<byte> rgb);

    protected abstract void FlushOutput();

    protected abstract void Finish();

    /// <summary>Gives up: no frame was asked to stay. Must not throw.</summary>
    protected abstract void Abandon();

    protected virtual VideoOutputException Failure(Exception cause) => WriteError(Name, cause);

    private static bool IsWriteFailure(Exception e) =>
        e is (IOException or UnauthorizedAccessException or NotSupportedException) and not VideoOutputException;
}
