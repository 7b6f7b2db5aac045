using System.Buffers.Binary;

namespace LongTake.Generation.Video;

/// <summary>
/// Writes animated PNG, lossless and played by every browser, endlessly repeated. Frames are written as they come; their
/// number, which stands at the beginning of the file, is filled in when the video is complete.
/// Source: W3C PNG specification (third edition), sections 4.9 and 11.3.6.
/// </summary>
internal sealed class AnimatedPngWriter : StreamVideoWriter
{
    // Signature and header come before the animation control.
    private const int ControlPosition = 8 + 25;

    private readonly PngEncoder _encoder;
    private readonly long _origin;

    public AnimatedPngWriter(string path, VideoFormat format)
        : this(path, format, PartFile.Create(path), 0)
    {
        Begin();
    }

    /// <summary>Writes to a stream that can seek.</summary>
    public AnimatedPngWriter(Stream stream, VideoFormat format)
        : base(stream, format)
    {
        _encoder = new PngEncoder(format.Width, format.Height);
        _origin = stream.Position;
        Begin();
    }

    private AnimatedPngWriter(string path, VideoFormat format, PartFile file, long framesBefore)
        : base(path, format, file, framesBefore)
    {
        _encoder = new PngEncoder(format.Width, format.Height);
    }

    /// <summary>Cuts what an earlier run left after <paramref name="frames"/> frames and goes on.</summary>
    public static AnimatedPngWriter Resume(string path, VideoFormat format, long frames)
    {
        PartFile file = PartFile.Reopen(path);
        AnimatedPngWriter writer = new(path, format, file, frames) { KeepPartial = true };
        try
        {
            using (MemoryStream beginning = new())
            {
                PngChunks.WriteHeader(beginning, format.Width, format.Height);
                byte[] found = new byte[ControlPosition];
                if (writer.Output.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) < found.Length
                    || !found.AsSpan().SequenceEqual(beginning.GetBuffer().AsSpan(0, found.Length)))
                {
                    throw writer.OtherFormat();
                }
            }
            long end = writer.EndOfFrame(frames);
            writer.Output.SetLength(end);

            // As a run that was never interrupted has it until it is complete.
            writer.Output.Position = ControlPosition;
            writer.WriteControl(0);
            writer.Output.Position = end;
            return writer;
        }
        catch (FormatException)
        {
            writer.Dispose();
            throw writer.OtherFormat();
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    protected override void Append(ReadOnlySpan<byte> rgb)
    {
        // Sequence numbers count the frame controls and, after the first frame, the frame data.
        uint sequence = FramesWritten == 0 ? 0 : (uint)(2 * FramesWritten - 1);
        Span<byte> control = stackalloc byte[26];
        control.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(control, sequence);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], Format.Width);
        BinaryPrimitives.WriteInt32BigEndian(control[8..], Format.Height);
        BinaryPrimitives.WriteUInt16BigEndian(control[20..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(control[22..], (ushort)Format.FramesPerSecond);
        PngChunks.Write(Output, "fcTL", control);
        ReadOnlySpan<byte> data = _encoder.Encode(rgb);
        if (FramesWritten == 0)
        {
            PngChunks.Write(Output, "IDAT", data);
            return;
        }
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, sequence + 1);
        PngChunks.Write(Output, "fdAT", number, data);
    }

    protected override void WriteTrailer()
    {
        PngChunks.Write(Output, "IEND", []);
        long end = Output.Position;
        Output.Position = _origin + ControlPosition;
        WriteControl((uint)FramesWritten);
        Output.Position = end;
    }

    private void Begin()
    {
        PngChunks.WriteHeader(Output, Format.Width, Format.Height);
        WriteControl(0);
    }

    private void WriteControl(uint frames)
    {
        Span<byte> control = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(control, frames);
        BinaryPrimitives.WriteUInt32BigEndian(control[4..], 0);
        PngChunks.Write(Output, "acTL", control);
    }

    private long EndOfFrame(long frames)
    {
        Output.Position = ControlPosition;
        long end = -1;
        long found = -1;
        while (found < frames && PngChunks.Read(Output) is { } chunk)
        {
            if (chunk.Type is "acTL" or "IDAT" or "fdAT")
            {
                found++;
                end = Output.Position;
            }
        }
        return found == frames ? end : throw TooShort(frames);
    }
}
