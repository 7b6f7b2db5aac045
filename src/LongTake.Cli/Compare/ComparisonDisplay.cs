using System.Diagnostics;
using LongTake.Evaluation.Comparisons;

namespace LongTake.Cli.Compare;

/// <summary>Shows how far a comparison is and how long the rest will take.</summary>
internal sealed class ComparisonDisplay(CliEnvironment environment) : IProgress<ComparisonProgress>
{
    private readonly ProgressBarDisplay _bar = new(environment, keep: false);
    private readonly Stopwatch _sinceStart = new();

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    public T Show<T>(Func<T> work) => _bar.Show("loading the model", work);

    /// <inheritdoc/>
    public void Report(ComparisonProgress value)
    {
        _sinceStart.Start();
        _bar.Report(Line(value, _sinceStart.Elapsed), value.Done, value.Of);
    }

    /// <summary>"12 of 96 videos, longlive, 6x, item 007, seed 0; 1:10 done, 5:03 left".</summary>
    internal static string Line(ComparisonProgress p, TimeSpan elapsed)
    {
        string left = p.Done > 0 && p.Done < p.Of ? $", {Sizes.Time(elapsed * ((p.Of - p.Done) / p.Done))} left" : "";
        return $"{p.Video} of {p.Videos} videos, {p.What}; {Sizes.Time(elapsed)} done{left}";
    }
}
