using System.Diagnostics;

namespace LongTake.Generation.Video;

/// <summary>What a program said last on standard error: the reason when it stops.</summary>
internal sealed class LastLines
{
    private const int Kept = 3;

    private readonly Queue<string> _lines = new();
    private readonly Lock _lock = new();

    /// <summary>Listens to a program that was started with a redirected standard error.</summary>
    public static LastLines Of(Process process)
    {
        LastLines lines = new();
        process.ErrorDataReceived += (_, e) => lines.Keep(e.Data);
        process.BeginErrorReadLine();
        return lines;
    }

    /// <summary>Whether it said anything.</summary>
    public bool Any
    {
        get
        {
            lock (_lock)
            {
                return _lines.Count > 0;
            }
        }
    }

    /// <summary>The lines as one.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            return _lines.Count == 0 ? "it said nothing" : string.Join("; ", _lines);
        }
    }

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }
        lock (_lock)
        {
            _lines.Enqueue(line.Trim());
            if (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }
        }
    }
}
