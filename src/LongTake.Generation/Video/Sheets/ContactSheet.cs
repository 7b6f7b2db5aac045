namespace LongTake.Generation.Video;

/// <summary>
/// A picture of many frames: rows of frames of one size with a caption under each row, for looking at samples of a training
/// or at a whole video at once.
/// </summary>
public sealed class ContactSheet
{
    private const int Gap = 4;
    private const byte Paper = 250;
    private const byte Ink = 30;

    private readonly List<(string Caption, List<byte[]> Frames)> _rows = [];
    private readonly int _width;
    private readonly int _height;
    private readonly int _scale;
    private readonly int _textScale;

    /// <summary>An empty sheet.</summary>
    /// <param name="frameWidth">Width of the frames in pixels.</param>
    /// <param name="frameHeight">Height of the frames in pixels.</param>
    /// <param name="scale">Every pixel of a frame becomes a square of this size.</param>
    /// <param name="textScale">Every pixel of the 5x7 letters becomes a square of this size.</param>
    public ContactSheet(int frameWidth, int frameHeight, int scale = 2, int textScale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(textScale, 1);
        _width = frameWidth;
        _height = frameHeight;
        _scale = scale;
        _textScale = textScale;
    }

    /// <summary>Adds a row of frames.</summary>
    /// <param name="caption">Text under the row, wrapped at spaces; may be empty.</param>
    /// <param name="frames">[H, W, 3] bytes each; they are copied.</param>
    /// <exception cref="ArgumentException">There is no frame, or one has another size.</exception>
    public void AddRow(string caption, params IEnumerable<ReadOnlyMemory<byte>> frames)
    {
        List<byte[]> copies = [.. frames.Select(f => f.ToArray())];
        if (copies.Count == 0 || copies.Exists(f => f.Length != _width * _height * 3))
        {
            throw new ArgumentException($"A row needs frames of {_width}x{_height}, [H, W, 3] bytes each.", nameof(frames));
        }
        _rows.Add((caption, copies));
    }

    /// <summary>Adds a row of frames picked evenly from a clip, first and last included.</summary>
    /// <param name="caption">Text under the row.</param>
    /// <param name="clip">[F, H, W, 3] bytes.</param>
    /// <param name="columns">How many frames to show, at most.</param>
    public void AddClip(string caption, ReadOnlyMemory<byte> clip, int columns = 8)
    {
        int frameBytes = _width * _height * 3;
        int count = clip.Length / frameBytes;
        int shown = Math.Min(columns, count);
        AddRow(caption, Enumerable.Range(0, shown).Select(i =>
        {
            int frame = shown == 1 ? 0 : (int)Math.Round((double)i * (count - 1) / (shown - 1));
            return clip.Slice(frame * frameBytes, frameBytes);
        }));
    }

    /// <summary>Draws the sheet.</summary>
    /// <exception cref="InvalidOperationException">It has no row.</exception>
    public RgbImage Render()
    {
        if (_rows.Count == 0)
        {
            throw new InvalidOperationException("The contact sheet has no row.");
        }
        int cellWidth = _width * _scale + Gap;
        int cellHeight = _height * _scale + Gap;
        int width = _rows.Max(r => r.Frames.Count) * cellWidth + Gap;
        int characters = Math.Max(1, (width - 2 * Gap) / (BitmapFont.Advance * _textScale));
        List<string>[] texts = [.. _rows.Select(r => BitmapFont.Wrap(r.Caption, characters))];
        int lineHeight = BitmapFont.LineHeight * _textScale;
        RgbImage sheet = RgbImage.Filled(width, Gap + texts.Sum(t => cellHeight + t.Count * lineHeight + (t.Count > 0 ? Gap : 0)), Paper);
        int top = Gap;
        for (int row = 0; row < _rows.Count; row++)
        {
            for (int column = 0; column < _rows[row].Frames.Count; column++)
            {
                Place(sheet, _rows[row].Frames[column], Gap + column * cellWidth, top);
            }
            top += cellHeight;
            foreach (string line in texts[row])
            {
                BitmapFont.Draw(sheet, Gap, top, line, _textScale, Ink);
                top += lineHeight;
            }
            top += texts[row].Count > 0 ? Gap : 0;
        }
        return sheet;
    }

    /// <summary>Draws the sheet into a PNG file.</summary>
    /// <exception cref="VideoOutputException">The file cannot be written.</exception>
    public void Save(string path) => PngWriter.Save(path, Render());

    private void Place(RgbImage sheet, byte[] frame, int left, int top)
    {
        for (int y = 0; y < _height * _scale; y++)
        {
            Span<byte> row = sheet.Pixels.AsSpan(((top + y) * sheet.Width + left) * 3, _width * _scale * 3);
            ReadOnlySpan<byte> source = frame.AsSpan(y / _scale * _width * 3, _width * 3);
            for (int x = 0; x < _width * _scale; x++)
            {
                source.Slice(x / _scale * 3, 3).CopyTo(row[(x * 3)..]);
            }
        }
    }
}
