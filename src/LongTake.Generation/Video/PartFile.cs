namespace LongTake.Generation.Video;

/// <summary>
/// A file that is written as "name.part" and gets its name when it is whole, so that no half-written video is ever found under
/// the name the user gave.
/// </summary>
internal sealed class PartFile
{
    private readonly string _path;

    private PartFile(string path, FileStream stream)
    {
        _path = path;
        Stream = stream;
    }

    public FileStream Stream { get; }

    public static string PartPath(string path) => path + ".part";

    /// <exception cref="VideoOutputException">The file cannot be made.</exception>
    public static PartFile Create(string path) => Open(path, FileMode.Create);

    /// <summary>Opens what an earlier run left: the part file, or the finished file, which becomes the part file again.</summary>
    /// <exception cref="VideoOutputException">There is neither.</exception>
    public static PartFile Reopen(string path)
    {
        string part = PartPath(path);
        if (!File.Exists(part))
        {
            if (!File.Exists(path))
            {
                throw new VideoOutputException($"There is no {path} to go on with; start again without --resume.");
            }
            try
            {
                File.Move(path, part);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw VideoWriter.WriteError(path, e);
            }
        }
        return Open(path, FileMode.Open);
    }

    public void Commit()
    {
        Stream.Dispose();
        File.Move(PartPath(_path), _path, overwrite: true);
    }

    public void Discard(bool keep)
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // What could not be written (disk full) is given up anyway.
        }
        if (!keep)
        {
            Delete(PartPath(_path));
        }
    }

    /// <summary>Removes a file if it is there and can be removed.</summary>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A leftover is better than an error that hides the first one.
        }
    }

    private static PartFile Open(string path, FileMode mode)
    {
        try
        {
            return new PartFile(path, new FileStream(PartPath(path), mode, FileAccess.ReadWrite, FileShare.Read, 1 << 16));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw VideoWriter.WriteError(path, e);
        }
    }
}
