namespace LongTake.Generation.Video;

/// <summary>Reads the .png files of a folder in natural order, one frame each; an animated one gives its first picture.</summary>
internal sealed class PngFolderReader : VideoReader
{
    private string[] _files = [];

    public PngFolderReader(string folder, VideoInputOptions options)
        : base(folder) => Begin(() =>
    {
        _files = [.. Directory.EnumerateFiles(folder).Where(f => f.EndsWith(".png", StringComparison.OrdinalIgnoreCase))];
        Array.Sort(_files, (a, b) => NaturalOrder.Compare(Path.GetFileName(a), Path.GetFileName(b)));
        if (_files.Length == 0)
        {
            throw new FormatException("there is no .png file in it");
        }
        FrameCount = _files.Length;
        FramesPerSecond = options.FramesPerSecond ?? VideoInputOptions.DefaultFolderRate;

        // Headers are cheap: a frame of another size is found now and not after hours of measuring.
        foreach (string file in _files)
        {
            PngHeader header = HeaderOf(file);
            if (Width == 0)
            {
                (Width, Height) = (header.Width, header.Height);
            }
            if ((header.Width, header.Height) != (Width, Height))
            {
                throw new FormatException(
                    $"{Path.GetFileName(file)} is {header.Width}x{header.Height}, the pictures before are {Width}x{Height}; "
                    + "give all of them one size");
            }
        }
    });

    protected override void Next(Span<byte> frame)
    {
        string file = _files[Frame];
        try
        {
            using FileStream stream = File.OpenRead(file);
            PngAnimation png = PngAnimation.Open(stream);
            if ((png.Header.Width, png.Header.Height) != (Width, Height))
            {
                throw new FormatException("its size has changed since the folder was opened");
            }
            png.Next(frame);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{Path.GetFileName(file)}: {e.Message}", e);
        }
    }

    protected override void Close()
    {
    }

    private static PngHeader HeaderOf(string file)
    {
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 64);
            return PngAnimation.ReadHeader(stream);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{Path.GetFileName(file)}: {e.Message}", e);
        }
    }
}
