namespace LongTake.Generation.Video;

/// <summary>
/// The picture that the frames of an animated PNG are drawn onto, with transparency.
/// Source: W3C PNG specification (third edition), sections 11.3.6.2 and 13.16 (alpha channel processing).
/// </summary>
internal sealed class PngCanvas(int width, int height)
{
    private readonly byte[] _rgba = new byte[checked(width * height * 4)];
    private byte[]? _before;

    /// <summary>Draws a frame; what it covers can be brought back by <see cref="EndFrame"/>.</summary>
    /// <param name="pixels">[h, w, 4] bytes of the frame.</param>
    /// <param name="frame">Where and how.</param>
    public void Draw(ReadOnlySpan<byte> pixels, in PngFrameControl frame)
    {
        if (frame.Dispose == PngDispose.Previous)
        {
            _before ??= new byte[_rgba.Length];
            _rgba.CopyTo(_before, 0);
        }
        int stride = frame.Width * 4;
        for (int y = 0; y < frame.Height; y++)
        {
            Span<byte> target = Row(_rgba, frame, y);
            ReadOnlySpan<byte> source = pixels.Slice(y * stride, stride);
            if (!frame.BlendOver)
            {
                source.CopyTo(target);
                continue;
            }
            for (int x = 0; x < stride; x += 4)
            {
                Over(source.Slice(x, 4), target.Slice(x, 4));
            }
        }
    }

    /// <summary>Does what is to be done between a frame and the next one.</summary>
    public void EndFrame(in PngFrameControl frame)
    {
        for (int y = 0; y < frame.Height && frame.Dispose != PngDispose.None; y++)
        {
            Span<byte> row = Row(_rgba, frame, y);
            if (frame.Dispose == PngDispose.Background)
            {
                row.Clear();
            }
            else
            {
                Row(_before!, frame, y).CopyTo(row);
            }
        }
    }

    /// <summary>The picture as [H, W, 3] bytes; what is transparent is shown over black.</summary>
    public void Flatten(Span<byte> rgb)
    {
        for (int i = 0, j = 0; i < rgb.Length; i += 3, j += 4)
        {
            int alpha = _rgba[j + 3];
            for (int c = 0; c < 3; c++)
            {
                rgb[i + c] = alpha == 255 ? _rgba[j + c] : (byte)(((_rgba[j + c] * alpha) + 127) / 255);
            }
        }
    }

    private Span<byte> Row(byte[] pixels, in PngFrameControl frame, int y) =>
        pixels.AsSpan((((frame.Y + y) * width) + frame.X) * 4, frame.Width * 4);

    private static void Over(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source[3] == 255 || target[3] == 0)
        {
            source.CopyTo(target);
            return;
        }
        if (source[3] == 0)
        {
            return;
        }

        // Shares of the two colours, times 255 squared.
        int u = source[3] * 255, v = (255 - source[3]) * target[3], sum = u + v;
        for (int c = 0; c < 3; c++)
        {
            target[c] = (byte)(((source[c] * u) + (target[c] * v) + (sum / 2)) / sum);
        }
        target[3] = (byte)((sum + 127) / 255);
    }
}
