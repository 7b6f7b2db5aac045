using System.Buffers.Binary;

namespace LongTake.Generation.Video;

/// <summary>
/// The frames of an animated PNG, or the one of a still picture. The file is walked over once to count them, then decoded frame by frame.
/// Source: W3C PNG specification (third edition), sections 4.9, 5.6 and 11.3.6.
/// </summary>
internal sealed class PngAnimation
{
    private readonly Stream _stream;
    private readonly PngDecoder _decoder;
    private readonly MemoryStream _data = new();
    private PngCanvas? _canvas;
    private byte[] _pixels = [];
    private PngFrameControl? _last;
    private PngFrameControl? _next;
    private uint _sequence;
    private int _given;

    private PngAnimation(Stream stream, PngHeader header)
    {
        _stream = stream;
        Header = header;
        _decoder = new PngDecoder(header);
    }

    public PngHeader Header { get; }

    /// <summary>Frames, at least 1.</summary>
    public int FrameCount { get; private set; }

    /// <summary>Whether it is an animation, even if it has but one frame.</summary>
    public bool IsAnimated { get; private set; }

    /// <summary>How long all frames are shown.</summary>
    public double Seconds { get; private set; }

    /// <summary>Reads the header only.</summary>
    /// <param name="stream">At its beginning.</param>
    /// <exception cref="FormatException">It is no PNG, or of a kind that is not supported.</exception>
    public static PngHeader ReadHeader(Stream stream)
    {
        Span<byte> signature = stackalloc byte[8];
        if (stream.ReadAtLeast(signature, 8, throwOnEndOfStream: false) < 8 || !signature.SequenceEqual(PngChunks.Signature))
        {
            throw new FormatException("This is not a PNG picture.");
        }
        return PngChunks.Read(stream) is ("IHDR", { } data) ? PngHeader.Parse(data) : throw new FormatException("The PNG header is missing.");
    }

    /// <summary>Begins to read.</summary>
    /// <param name="stream">At its beginning; it must be able to seek, and stays open.</param>
    /// <exception cref="FormatException">It is no PNG, cut off, damaged, or of a kind that is not supported.</exception>
    public static PngAnimation Open(Stream stream)
    {
        PngAnimation animation = new(stream, ReadHeader(stream));
        long start = stream.Position;
        animation.Count();
        stream.Position = start;
        return animation;
    }

    /// <summary>Draws the next frame, of which there are <see cref="FrameCount"/>.</summary>
    /// <param name="rgb">Receives [H, W, 3] bytes.</param>
    /// <exception cref="FormatException">The data are damaged.</exception>
    public void Next(Span<byte> rgb)
    {
        PngFrameControl frame = ReadData();
        _decoder.CheckSize(frame.Width, frame.Height, _data.Length);
        _canvas ??= new PngCanvas(Header.Width, Header.Height);
        if (_pixels.Length < frame.Width * frame.Height * 4)
        {
            _pixels = new byte[frame.Width * frame.Height * 4];
        }
        _decoder.Decode(_data, frame.Width, frame.Height, _pixels);
        if (_last is { } last)
        {
            _canvas.EndFrame(last);
        }
        else if (frame.Dispose == PngDispose.Previous)
        {
            // Before the first frame there is nothing to go back to but the empty picture.
            frame = frame with { Dispose = PngDispose.Background };
        }
        _canvas.Draw(_pixels, frame);
        _last = frame;
        _canvas.Flatten(rgb);
    }

    /// <summary>Collects the compressed data of the next frame, up to the chunk that cannot belong to it.</summary>
    private PngFrameControl ReadData()
    {
        _data.SetLength(0);
        PngFrameControl? frame = IsAnimated ? _next : PngFrameControl.Whole(Header);
        while (PngChunks.Read(_stream) is { } chunk)
        {
            switch (chunk.Type)
            {
                case "PLTE" or "tRNS":
                    _decoder.Take(chunk.Type, chunk.Data);
                    break;

                // Without a frame control before it, this is a picture for programs that do not know animations.
                case "IDAT" when frame is not null:
                    _data.Write(chunk.Data);
                    break;
                case "fdAT" when frame is not null && chunk.Data.Length >= 4:
                    CheckSequence(BinaryPrimitives.ReadUInt32BigEndian(chunk.Data));
                    _data.Write(chunk.Data.AsSpan(4));
                    break;
                case "fcTL" when IsAnimated:
                    PngFrameControl control = PngFrameControl.Parse(chunk.Data, Header);
                    CheckSequence(control.Sequence);
                    if (_data.Length > 0)
                    {
                        _next = control;
                        return Given(frame!.Value);
                    }
                    frame = control;
                    break;
                case "IEND" when _data.Length > 0:
                    return Given(frame!.Value);
            }
        }
        throw new FormatException($"The PNG picture is cut off or damaged in frame {_given}.");
    }

    private PngFrameControl Given(PngFrameControl frame)
    {
        _given++;
        return frame;
    }

    private void CheckSequence(uint number)
    {
        if (number != _sequence++)
        {
            throw new FormatException($"The chunks of the animated PNG are out of order (number {number} where {_sequence - 1} is due).");
        }
    }

    /// <summary>Walks over the chunks without decoding them.</summary>
    private void Count()
    {
        long promised = -1, picture = 0;
        int controls = 0;
        while (PngChunks.Peek(_stream) is { } chunk)
        {
            long data = _stream.Position;
            switch (chunk.Type)
            {
                case "acTL" when promised < 0 && picture == 0:
                    promised = BinaryPrimitives.ReadUInt32BigEndian(Again(data, 8));
                    break;
                case "fcTL" when promised >= 0:
                    Seconds += PngFrameControl.Parse(Again(data, 26), Header).Seconds;
                    controls++;
                    break;
                case "IDAT":
                    picture += chunk.Length;
                    break;
                case "IEND":
                    Finish(promised, controls, picture);
                    return;
            }
            _stream.Position = data + chunk.Length + 4;
        }
        throw new FormatException("The PNG picture is cut off.");
    }

    private byte[] Again(long data, int length)
    {
        _stream.Position = data - 8;
        return PngChunks.Read(_stream) is { } chunk && chunk.Data.Length == length
            ? chunk.Data
            : throw new FormatException("A control chunk of the animated PNG is damaged.");
    }

    private void Finish(long promised, int controls, long picture)
    {
        if (picture == 0)
        {
            throw new FormatException("The PNG picture has no pixel data.");
        }
        if (promised >= 0 && (promised != controls || controls == 0))
        {
            throw new FormatException($"The animated PNG is not complete: it announces {promised} frames and has {controls}.");
        }
        _decoder.CheckSize(Header.Width, Header.Height, picture);
        IsAnimated = promised >= 0;
        FrameCount = IsAnimated ? controls : 1;
    }
}
