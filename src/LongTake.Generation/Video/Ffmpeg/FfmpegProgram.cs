namespace LongTake.Generation.Video;

/// <summary>Finds the ffmpeg program.</summary>
public static class FfmpegProgram
{
    /// <summary>Full path of ffmpeg, looked for in the folders of PATH, or null.</summary>
    public static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg";
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }
        }
        return null;
    }
}
