namespace LongTake.Generation.Video;

/// <summary>Writes 8-bit true-colour PNG pictures.</summary>
public static class PngWriter
{
    /// <summary>Writes a picture to a stream, which stays open.</summary>
    public static void Write(Stream stream, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Write(stream, image.Width, image.Height, image.Pixels, new PngEncoder(image.Width, image.Height));
    }

    /// <summary>Writes a picture to a file.</summary>
    /// <exception cref="VideoOutputException">The file cannot be written.</exception>
    public static void Save(string path, RgbImage image)
    {
        try
        {
            using FileStream stream = File.Create(path);
            Write(stream, image);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VideoWriter.WriteError(path, e);
        }
    }

    internal static void Write(Stream stream, int width, int height, ReadOnlySpan<byte> rgb, PngEncoder encoder)
    {
        if (width < 1 || height < 1 || rgb.Length != width * height * 3)
        {
            throw new ArgumentException($"A {width}x{height} picture has {width * height * 3} bytes, this one {rgb.Length}.", nameof(rgb));
        }
        PngChunks.WriteHeader(stream, width, height);
        PngChunks.Write(stream, "IDAT", encoder.Encode(rgb));
        PngChunks.Write(stream, "IEND", []);
    }
}
