using System.Globalization;
using System.Text;

namespace LongTake.Generation.Video;

/// <summary>How a YUV4MPEG2 file stores colour.</summary>
public sealed class Y4mOptions
{
    /// <summary>Chroma at every pixel (4:4:4, the default) or for each 2x2 block (4:2:0, averaged, centred as in JPEG).</summary>
    public Y4mChroma Chroma { get; init; } = Y4mChroma.Full;

    /// <summary>
    /// Matrix between RGB and YCbCr, BT.601 by default. The format cannot say which it is; players assume BT.601 for videos
    /// of less than 720 rows and BT.709 above. The range is always the limited one (16..235).
    /// </summary>
    public ColourMatrix Matrix { get; init; } = ColourMatrix.Bt601;
}

/// <summary>Chroma resolution.</summary>
public enum Y4mChroma
{
    /// <summary>4:4:4.</summary>
    Full,

    /// <summary>4:2:0.</summary>
    Half,
}

/// <summary>Weights of red and blue in luma.</summary>
public enum ColourMatrix
{
    /// <summary>ITU-R BT.601: .299 and .114.</summary>
    Bt601,

    /// <summary>ITU-R BT.709: .2126 and .0722.</summary>
    Bt709,
}

/// <summary>Writes YUV4MPEG2, the plain format that every encoder reads; all frames have the same size in bytes.</summary>
internal sealed class Y4mWriter : StreamVideoWriter
{
    private static readonly byte[] FrameMark = "FRAME\n"u8.ToArray();

    private readonly YcbcrConverter _converter;
    private readonly byte[] _planes;

    public Y4mWriter(string path, VideoFormat format, Y4mOptions options)
        : this(path, format, options, PartFile.Create(path), 0)
    {
        Output.Write(Header(format, options));
    }

    public Y4mWriter(Stream stream, VideoFormat format, Y4mOptions options)
        : base(stream, format)
    {
        _converter = new YcbcrConverter(format.Width, format.Height, options);
        _planes = new byte[_converter.Bytes];
        Output.Write(Header(format, options));
    }

    private Y4mWriter(string path, VideoFormat format, Y4mOptions options, PartFile file, long framesBefore)
        : base(path, format, file, framesBefore)
    {
        _converter = new YcbcrConverter(format.Width, format.Height, options);
        _planes = new byte[_converter.Bytes];
    }

    /// <summary>Cuts what an earlier run left after <paramref name="frames"/> frames and goes on.</summary>
    public static Y4mWriter Resume(string path, VideoFormat format, Y4mOptions options, long frames)
    {
        PartFile file = PartFile.Reopen(path);
        Y4mWriter writer = new(path, format, options, file, frames) { KeepPartial = true };
        try
        {
            byte[] header = Header(format, options);
            byte[] found = new byte[header.Length];
            int read = writer.Output.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
            if (read < found.Length || !found.AsSpan().SequenceEqual(header))
            {
                throw writer.OtherFormat();
            }
            long length = header.Length + frames * (FrameMark.Length + (long)writer._planes.Length);
            if (writer.Output.Length < length)
            {
                throw writer.TooShort(frames);
            }
            writer.Output.SetLength(length);
            writer.Output.Position = length;
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    protected override void Append(ReadOnlySpan<byte> rgb)
    {
        _converter.Convert(rgb, _planes);
        Output.Write(FrameMark);
        Output.Write(_planes);
    }

    private static byte[] Header(VideoFormat format, Y4mOptions options)
    {
        string chroma = options.Chroma == Y4mChroma.Full ? "C444" : "C420jpeg";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"YUV4MPEG2 W{format.Width} H{format.Height} F{format.FramesPerSecond}:1 Ip A1:1 {chroma} XCOLORRANGE=LIMITED\n"));
    }
}
