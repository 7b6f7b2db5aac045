using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>Says before long work that its result has no room.</summary>
internal static class DiskSpace
{
    // Headers, folders, and what the file system itself takes.
    private const long Reserve = 16 << 20;

    /// <summary>Checks the disk that a path lies on.</summary>
    /// <param name="path">What will be made; its nearest folder that exists counts.</param>
    /// <param name="bytes">What it takes.</param>
    /// <param name="available">Tells the free bytes of a folder's disk; null asks the system.</param>
    /// <exception cref="CheckpointException">There is too little room.</exception>
    public static void Require(string path, long bytes, Func<string, long>? available = null)
    {
        string folder = path;
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is string parent)
        {
            folder = parent;
        }
        long free = (available ?? (f => new DriveInfo(f).AvailableFreeSpace))(folder);
        if (free < bytes + Reserve)
        {
            throw new CheckpointException(FormattableString.Invariant(
                $"'{path}' takes {bytes / 1e9:0.00} GB and its disk has {free / 1e9:0.00} GB left; make room, or name a place on another disk."));
        }
    }
}
