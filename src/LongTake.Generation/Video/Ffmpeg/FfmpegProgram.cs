using System.Diagnostics;

namespace LongTake.Generation.Video;

/// <summary>Finds the ffmpeg program and prepares to start it.</summary>
public static class FfmpegProgram
{
    /// <summary>Full path of ffmpeg, looked for in the folders of PATH, or null.</summary>
    public static string? Find() => InPath("ffmpeg");

    /// <summary>Full path of ffprobe: beside ffmpeg, or in the folders of PATH; null if it is in neither.</summary>
    internal static string? FindProbe(string? ffmpeg)
    {
        string beside = Path.Combine(Path.GetDirectoryName(ffmpeg) ?? "", "ffprobe" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return ffmpeg is not null && File.Exists(beside) ? beside : InPath("ffprobe");
    }

    /// <summary>The program a user named: a path, or a name that is looked for in PATH; null if there is no such file.</summary>
    internal static string? Resolve(string given) =>
        given.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || given.Contains('/', StringComparison.Ordinal)
            ? File.Exists(given) ? given : null
            : InPath(given);

    /// <summary>
    /// How to start a program in a process group of its own. Ctrl-C in a terminal is sent to the whole group in front, so that the
    /// encoder would end while the frames of the last chunk are still to come.
    /// </summary>
    internal static ProcessStartInfo StartInfo(string program)
    {
        ProcessStartInfo start = new(program);
        if (OperatingSystem.IsWindows())
        {
            start.CreateNewProcessGroup = true;
        }
        else if (InPath("setsid") is string setsid)
        {
            start.FileName = setsid;
            start.ArgumentList.Add(program);
        }
        else if (InPath("perl") is string perl)
        {
            start.FileName = perl;
            start.ArgumentList.Add("-e");
            start.ArgumentList.Add("setpgrp(0, 0); exec @ARGV");
            start.ArgumentList.Add(program);
        }
        return start;
    }

    private static string? InPath(string name)
    {
        string file = OperatingSystem.IsWindows() && !Path.HasExtension(name) ? name + ".exe" : name;
        string folders = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string folder in folders.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path))
            {
                return path;
            }
        }
        return null;
    }
}
