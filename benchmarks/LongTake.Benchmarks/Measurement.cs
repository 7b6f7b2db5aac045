using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LongTake.Benchmarks;

/// <summary>Times of repeated runs of one piece of work.</summary>
internal sealed class Measurement
{
    private readonly double[] _seconds;

    private Measurement(double[] seconds, double processorSeconds)
    {
        _seconds = seconds;
        ProcessorSeconds = processorSeconds;
        Array.Sort(_seconds);
    }

    /// <summary>Fastest run: the one least disturbed by other programs.</summary>
    public double Minimum => _seconds[0];

    public double Median => _seconds.Length % 2 == 1
        ? _seconds[_seconds.Length / 2]
        : (_seconds[(_seconds.Length / 2) - 1] + _seconds[_seconds.Length / 2]) / 2;

    /// <summary>Processor time of all threads a run, on average: tells on a busy machine what the wall clock cannot.</summary>
    public double ProcessorSeconds { get; }

    /// <summary>Runs <paramref name="work"/> unmeasured until the code is compiled for good, then <paramref name="runs"/> times measured.</summary>
    public static Measurement Take(int runs, Action work, double warmupSeconds = 0.7)
    {
        long warmup = Stopwatch.GetTimestamp();
        do
        {
            work();
        }
        while (Stopwatch.GetElapsedTime(warmup).TotalSeconds < warmupSeconds);
        double[] seconds = new double[Math.Max(1, runs)];
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < seconds.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return new Measurement(seconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds / seconds.Length);
    }

    /// <summary>Prints one JSON line, or the same as name=value.</summary>
    public static void Print(Arguments arguments, params (string Name, object Value)[] fields)
    {
        if (arguments.Has("json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(fields.ToDictionary(f => f.Name, f => f.Value)));
            return;
        }
        Console.WriteLine(string.Join("  ", fields.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Name}={f.Value:G5}"))));
    }
}
