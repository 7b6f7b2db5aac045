using System.Globalization;
using static System.FormattableString;

namespace LongTake.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Sizes
{
    /// <summary>"1.5 GB".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => Invariant($"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => Invariant($"{bytes / 1e6:0.0} MB"),
        >= 1_000 => Invariant($"{bytes / 1e3:0.0} kB"),
        _ => Invariant($"{bytes} bytes"),
    };

    /// <summary>"1.3 B", as parameters are counted.</summary>
    public static string Count(long count) => count switch
    {
        >= 1_000_000_000 => Invariant($"{count / 1e9:0.00} B"),
        >= 1_000_000 => Invariant($"{count / 1e6:0.00} M"),
        >= 1_000 => Invariant($"{count / 1e3:0.0} k"),
        _ => count.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>"1:02:03" or "2:03".</summary>
    public static string Time(TimeSpan time) => time.TotalHours >= 1
        ? Invariant($"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : Invariant($"{time.Minutes}:{time.Seconds:00}");
}
