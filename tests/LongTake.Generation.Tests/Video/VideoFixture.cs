using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video;

/// <summary>A folder of its own for each test, and frames to write.</summary>
public abstract class VideoFixture : IDisposable
{
    internal static readonly VideoFormat Format = new(24, 16, 16);

    protected VideoFixture() => Directory.CreateDirectory(Folder);

    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), "longtake-tests", Path.GetRandomFileName());

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string At(string name) => Path.Combine(Folder, name);

    /// <summary>A picture with flat, smooth and noisy parts, another one for each number.</summary>
    internal static byte[] Frame(int number, VideoFormat? format = null)
    {
        VideoFormat f = format ?? Format;
        System.Random random = new(number);
        byte[] rgb = new byte[f.FrameBytes];
        for (int y = 0; y < f.Height; y++)
        {
            for (int x = 0; x < f.Width; x++)
            {
                int at = (y * f.Width + x) * 3;
                rgb[at] = (byte)(x * 9 + number * 3);
                rgb[at + 1] = y < f.Height / 2 ? (byte)80 : (byte)(y * 5);
                rgb[at + 2] = x > f.Width / 2 ? (byte)random.Next(256) : (byte)200;
            }
        }
        return rgb;
    }

    /// <summary>Everything under a path: a file's bytes, or names and bytes of a folder's files.</summary>
    internal static string Contents(string path) => File.Exists(path)
        ? Convert.ToHexString(File.ReadAllBytes(path))
        : string.Join('\n', Directory.GetFiles(path).Order(StringComparer.Ordinal)
            .Select(f => Path.GetFileName(f) + " " + Convert.ToHexString(File.ReadAllBytes(f))));
}

/// <summary>A test that needs the ffmpeg program; skipped with a reason where there is none.</summary>
public sealed class FfmpegFactAttribute : FactAttribute
{
    public FfmpegFactAttribute()
    {
        if (FfmpegProgram.Find() is null)
        {
            Skip = "ffmpeg is not in PATH.";
        }
    }
}
