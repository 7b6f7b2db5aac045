namespace LongTake.Testing;

/// <summary>The checkout that the tests run in.</summary>
public static class Repository
{
    /// <summary>Its folder: the nearest one above the test's binaries that holds the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">The tests run outside a checkout.</exception>
    public static string Root
    {
        get
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "LongTake.slnx")))
                {
                    return folder.FullName;
                }
            }
            throw new DirectoryNotFoundException("The tests run outside the repository.");
        }
    }
}
