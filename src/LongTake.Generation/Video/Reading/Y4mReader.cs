using System.Globalization;
using System.Text;

namespace LongTake.Generation.Video;

/// <summary>
/// Reads YUV4MPEG2 with 8 bits a sample: 4:2:0, 4:2:2, 4:4:4 and mono, limited or full range, progressive. Chroma samples stand for the
/// whole of their block. Source: the yuv4mpeg(5) manual of mjpegtools.
/// </summary>
internal sealed class Y4mReader : VideoReader
{
    private const int MaxLine = 1024;

    private readonly FileStream _stream;
    private RgbConverter? _converter;
    private byte[] _planes = [];

    public Y4mReader(string path, FileStream stream, VideoInputOptions options)
        : base(path)
    {
        _stream = stream;
        Begin(() => Open(options));
    }

    protected override void Next(Span<byte> frame)
    {
        SkipFrameHeader();
        _stream.ReadExactly(_planes);
        _converter!.Convert(_planes, frame);
    }

    protected override void Close() => _stream.Dispose();

    private void Open(VideoInputOptions options)
    {
        string header = ReadLine() ?? "";
        string[] words = header.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0] != "YUV4MPEG2")
        {
            throw new FormatException("this is not a YUV4MPEG2 video");
        }
        string chroma = "420jpeg";
        bool full = false;
        double rate = 0;
        foreach (string word in words.AsSpan(1))
        {
            switch (word[0])
            {
                case 'W':
                    Width = Number(word);
                    break;
                case 'H':
                    Height = Number(word);
                    break;
                case 'F':
                    rate = Rate(word);
                    break;
                case 'C':
                    chroma = word[1..];
                    break;
                case 'I' when word is not ("Ip" or "I?"):
                    throw new FormatException("it is interlaced; deinterlace it first, for example with ffmpeg -vf yadif");
                case 'X' when word == "XCOLORRANGE=FULL":
                    full = true;
                    break;
            }
        }
        if (Width is < 1 or > MaxSide || Height is < 1 or > MaxSide)
        {
            throw new FormatException($"its frames are {Width}x{Height}; this program reads up to {MaxSide} a side");
        }
        FramesPerSecond = options.FramesPerSecond ?? (rate > 0 ? rate : throw new FormatException("its header has no frame rate (F)"));
        (int acrossChroma, int downChroma) = Subsampling(chroma);
        _converter = new RgbConverter(Width, Height, acrossChroma, downChroma, options.Y4mMatrix, full);
        CountFrames();
        _planes = new byte[_converter.Bytes];
    }

    /// <summary>Walks over all frames once: only that tells how many there are and that the last one is whole.</summary>
    private void CountFrames()
    {
        long first = _stream.Position;
        while (_stream.Position < _stream.Length)
        {
            SkipFrameHeader();
            if (_stream.Length - _stream.Position < _converter!.Bytes)
            {
                throw new FormatException($"it is cut off in frame {FrameCount}");
            }
            _stream.Position += _converter.Bytes;
            FrameCount = checked(FrameCount + 1);
        }
        _stream.Position = first;
    }

    private void SkipFrameHeader()
    {
        string? line = ReadLine();
        if (line is null || !(line == "FRAME" || line.StartsWith("FRAME ", StringComparison.Ordinal)))
        {
            throw new FormatException($"it is damaged or cut off before frame {Math.Max(Frame, FrameCount)}");
        }
    }

    /// <summary>A line without its end; null where none ends within reasonable length.</summary>
    private string? ReadLine()
    {
        StringBuilder line = new();
        while (line.Length < MaxLine)
        {
            int b = _stream.ReadByte();
            switch (b)
            {
                case '\n':
                    return line.ToString();
                case < ' ' or > '~':
                    return null;
                default:
                    line.Append((char)b);
                    break;
            }
        }
        return null;
    }

    private static int Number(string word) =>
        int.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new FormatException($"its header has '{word}' where a size is expected");

    private static double Rate(string word)
    {
        string[] parts = word[1..].Split(':');
        bool good = parts.Length == 2
            & int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int over)
            & int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int under);
        return good && over > 0 && under > 0
            ? (double)over / under
            : throw new FormatException($"its header has '{word}' where a frame rate is expected");
    }

    private static (int Across, int Down) Subsampling(string chroma) => chroma switch
    {
        "420" or "420jpeg" or "420mpeg2" or "420paldv" => (2, 2),
        "422" => (2, 1),
        "444" => (1, 1),
        "mono" => (0, 0),
        _ => throw new FormatException($"its colour format C{chroma} is not supported; use 8-bit 420, 422, 444 or mono"),
    };
}
