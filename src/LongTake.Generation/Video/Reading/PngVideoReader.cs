namespace LongTake.Generation.Video;

/// <summary>Reads animated PNG and still pictures (one frame). The frame rate is the number of frames by the time they are all shown.</summary>
internal sealed class PngVideoReader : VideoReader
{
    private readonly FileStream _stream;
    private PngAnimation? _animation;

    public PngVideoReader(string path, FileStream stream, VideoInputOptions options)
        : base(path)
    {
        _stream = stream;
        Begin(() =>
        {
            _animation = PngAnimation.Open(stream);
            (Width, Height) = (_animation.Header.Width, _animation.Header.Height);
            FrameCount = _animation.FrameCount;
            FramesPerSecond = options.FramesPerSecond
                ?? (!_animation.IsAnimated ? VideoInputOptions.DefaultFolderRate
                : _animation.Seconds > 0 ? FrameCount / _animation.Seconds
                : throw new FormatException("its frames have no duration; give the frame rate"));
        });
    }

    protected override void Next(Span<byte> frame) => _animation!.Next(frame);

    protected override void Close() => _stream.Dispose();
}
