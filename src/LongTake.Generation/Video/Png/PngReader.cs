namespace LongTake.Generation.Video;

/// <summary>Reads PNG pictures (all colour types, not interlaced) and the frames of animated ones; transparency is shown over black.</summary>
public static class PngReader
{
    /// <summary>Reads a picture from a file.</summary>
    /// <exception cref="FormatException">It is no PNG, is damaged, or is of another kind; the message names the file.</exception>
    public static RgbImage Load(string path)
    {
        using FileStream stream = File.OpenRead(path);
        try
        {
            return Read(stream);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the (first) picture of a stream that can seek.</summary>
    /// <exception cref="FormatException">It is no PNG, is damaged, or is of another kind.</exception>
    public static RgbImage Read(Stream stream) => ReadFrames(stream).First();

    /// <summary>Reads the pictures of an animation one by one; a still picture is one frame.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <exception cref="FormatException">It is no PNG, is damaged, or is of another kind.</exception>
    public static IEnumerable<RgbImage> ReadFrames(Stream stream)
    {
        PngAnimation animation = PngAnimation.Open(stream);
        (int width, int height) = (animation.Header.Width, animation.Header.Height);
        for (int i = 0; i < animation.FrameCount; i++)
        {
            byte[] pixels = new byte[width * height * 3];
            animation.Next(pixels);
            yield return new RgbImage(width, height, pixels);
        }
    }
}
