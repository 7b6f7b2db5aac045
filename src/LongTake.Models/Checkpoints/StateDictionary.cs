using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Opens the weights of a network that metrics look through: whatever the file wraps them into (modules of a TorchScript archive, an entry
/// <c>state_dict</c> of a training checkpoint, <c>module.</c> of a parallel training) is taken off their names.
/// </summary>
internal static class StateDictionary
{
    private const string Entry = "state_dict.";
    private const string Parallel = "module.";

    /// <summary>Opens a file or folder.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="normalize">Brings the names to those of the network.</param>
    /// <exception cref="CheckpointException">It cannot be read, or two tensors would get the same name.</exception>
    public static ITensorSource Open(string path, Func<ITensorSource, ITensorSource> normalize)
    {
        ITensorSource file = CheckpointFile.Open(path);
        try
        {
            // A TorchScript archive is a tree of modules, and an entry of a dictionary a branch: their paths are written with slashes.
            ITensorSource dotted = new RenamedSource(file, name => name.Replace('/', '.'));
            bool hasEntry = dotted.Tensors.Any(t => t.Name.StartsWith(Entry, StringComparison.Ordinal));
            return normalize(new RenamedSource(dotted, name => Bare(name, hasEntry)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Beside the entry there may be the state of an optimizer, which is of no use here.
    private static string? Bare(string name, bool hasEntry)
    {
        if (hasEntry)
        {
            if (!name.StartsWith(Entry, StringComparison.Ordinal))
            {
                return null;
            }
            name = name[Entry.Length..];
        }
        return name.StartsWith(Parallel, StringComparison.Ordinal) ? name[Parallel.Length..] : name;
    }
}
