using System.Diagnostics;
using LongTake.Evaluation.Trials;
using static System.FormattableString;

namespace LongTake.Cli.Evaluate;

/// <summary>Shows how far a part of a trial is.</summary>
internal sealed class TrialDisplay(CliEnvironment environment) : IProgress<TrialProgress>
{
    private readonly ProgressBarDisplay _bar = new(environment, keep: false);
    private readonly Stopwatch _sinceStart = new();
    private string? _part;

    /// <summary>Runs <paramref name="work"/> while the display is shown.</summary>
    public T Show<T>(Func<T> work) => _bar.Show("loading", work);

    /// <inheritdoc/>
    public void Report(TrialProgress value)
    {
        if (value.Part != _part)
        {
            _part = value.Part;
            _sinceStart.Restart();
            _bar.StartAnew();
        }
        _bar.Report(Line(value, _sinceStart.Elapsed), value.Done, value.Of);
    }

    /// <summary>"causal: 24 of 128 videos, 1:10 done, 5:03 left".</summary>
    internal static string Line(TrialProgress p, TimeSpan elapsed)
    {
        string left = p.Done > 0 && p.Done < p.Of ? $", {Sizes.Time(elapsed * ((p.Of - p.Done) / p.Done))} left" : "";
        return Invariant($"{p.Part}: {p.Done:0.#} of {p.Of} videos, {Sizes.Time(elapsed)} done{left}");
    }
}
