namespace LongTake.Models.Checkpoints;

/// <summary>The Shapes model that comes with LongTake.</summary>
public static class EmbeddedModel
{
    /// <summary>models/shapes beside the program, or in a folder above it (as in a checkout of the repository); null if there is none.</summary>
    public static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "models", "shapes");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }
        return null;
    }
}
