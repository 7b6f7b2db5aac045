using LongTake.Generation.Video;

namespace LongTake.Evaluation.Reports;

/// <summary>A row of frames from the beginning to the end of a video.</summary>
public static class FilmStrip
{
    private const int Gap = 2;

    /// <summary>Frames that a strip has when nothing else is asked for.</summary>
    public const int DefaultFrames = 12;

    /// <summary>Reads a video and draws evenly spaced frames of it, first and last included, side by side.</summary>
    /// <param name="reader">The video; read to the last frame that is shown.</param>
    /// <param name="frames">How many frames, at most.</param>
    /// <param name="maxWidth">Larger frames are made smaller by leaving out pixels, a whole number of times, until they are no wider.</param>
    /// <exception cref="VideoInputException">The video is damaged.</exception>
    public static RgbImage Of(IVideoReader reader, int frames = DefaultFrames, int maxWidth = 128)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWidth, 1);
        int shown = Math.Min(frames, reader.FrameCount), every = (reader.Width + maxWidth - 1) / maxWidth;
        int width = (reader.Width + every - 1) / every, height = (reader.Height + every - 1) / every;
        RgbImage strip = RgbImage.Filled((shown * (width + Gap)) - Gap, height, 255);
        byte[] frame = new byte[reader.Width * reader.Height * 3];
        int next = 0;
        for (int i = 0; next < shown && reader.Read(frame); i++)
        {
            if (i == FrameOf(next, shown, reader.FrameCount))
            {
                Draw(frame, reader.Width, every, strip, next * (width + Gap), width);
                next++;
            }
        }
        return strip;
    }

    /// <summary>The frame that stands at a place of a strip.</summary>
    /// <param name="place">Place, from 0.</param>
    /// <param name="shown">Frames of the strip.</param>
    /// <param name="frames">Frames of the video.</param>
    public static int FrameOf(int place, int shown, int frames) =>
        shown == 1 ? 0 : (int)Math.Round((double)place * (frames - 1) / (shown - 1));

    private static void Draw(byte[] frame, int frameWidth, int every, RgbImage strip, int left, int width)
    {
        for (int y = 0; y < strip.Height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                frame.AsSpan(((y * every * frameWidth) + (x * every)) * 3, 3).CopyTo(strip.Pixels.AsSpan(((y * strip.Width) + left + x) * 3));
            }
        }
    }
}
