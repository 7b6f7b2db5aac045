namespace LongTake.Generation.Video;

/// <summary>A picture in memory.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Pixels">[H, W, 3] bytes.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>A picture in one colour.</summary>
    public static RgbImage Filled(int width, int height, byte level)
    {
        byte[] pixels = new byte[width * height * 3];
        pixels.AsSpan().Fill(level);
        return new RgbImage(width, height, pixels);
    }
}
