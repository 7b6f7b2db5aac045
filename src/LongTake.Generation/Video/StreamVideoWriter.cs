namespace LongTake.Generation.Video;

/// <summary>A writer of one file whose frames follow each other, so that it can be cut after any frame and continued.</summary>
internal abstract class StreamVideoWriter : VideoWriter
{
    private readonly PartFile? _file;

    /// <summary>Writes to a file.</summary>
    protected StreamVideoWriter(string name, VideoFormat format, PartFile file, long framesBefore)
        : base(name, format, framesBefore)
    {
        _file = file;
        Output = file.Stream;
    }

    /// <summary>Writes to a stream of the caller's, which stays open.</summary>
    protected StreamVideoWriter(Stream stream, VideoFormat format)
        : base("the stream", format, 0) => Output = stream;

    public override bool CanResume => true;

    protected Stream Output { get; }

    protected override void FlushOutput() => Output.Flush();

    protected override void Finish()
    {
        WriteTrailer();
        Output.Flush();
        _file?.Commit();
    }

    protected override void Abandon() => _file?.Discard(KeepPartial);

    /// <summary>Writes what follows the last frame, if anything does.</summary>
    protected virtual void WriteTrailer()
    {
    }

    protected VideoOutputException TooShort(long frames) => new(
        $"{Name} has fewer than the {frames} frames the journal counts; start again without --resume.");

    protected VideoOutputException OtherFormat() => new(
        $"{Name} is not a video this run began ({Format.Width}x{Format.Height}, {Format.FramesPerSecond} frames per second); "
        + "start again without --resume.");
}
