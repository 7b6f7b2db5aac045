namespace LongTake.Cli;

/// <summary>The value of --threads, checked in one place.</summary>
internal static class ThreadCount
{
    /// <summary>Returns the number, if threads can be started in it; 0 stands for all cores.</summary>
    /// <exception cref="UsageException">It is negative.</exception>
    public static int Checked(int threads) => threads >= 0
        ? threads
        : throw new UsageException($"--threads is {threads}; it must be 0 (all cores) or more.");
}
