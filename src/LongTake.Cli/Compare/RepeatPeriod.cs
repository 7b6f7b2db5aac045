using System.CommandLine;
using System.Globalization;
using LongTake.Evaluation.Comparisons;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Generation.Stories;

namespace LongTake.Cli.Compare;

/// <summary>The option --repeat-period: after how long the model might repeat itself, which the NoRepeat score needs.</summary>
/// <param name="Text">The value as it was written.</param>
/// <param name="Time">Frames or seconds; null where a pair is named.</param>
/// <param name="Pair">One of the model's temporal pairs, from 1; null where a time is named.</param>
internal sealed record RepeatPeriod(string Text, StoryTime? Time, int? Pair)
{
    private const string Name = "--repeat-period";
    private const string PairPrefix = "pair";

    public static Option<string?> Option(string description) => new(Name) { Description = description, HelpName = "PERIOD" };

    /// <summary>Reads <c>204f</c> (frames), <c>8.5s</c> (seconds) or <c>pair5</c>; null for null.</summary>
    /// <exception cref="UsageException">It is written otherwise, or out of range.</exception>
    public static RepeatPeriod? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }
        if (text.StartsWith(PairPrefix, StringComparison.Ordinal))
        {
            return int.TryParse(text[PairPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int pair) && pair > 0
                ? new RepeatPeriod(text, null, pair)
                : throw Unreadable(text);
        }
        StoryTime time;
        try
        {
            time = StoryTime.Parse(text);
        }
        catch (StoryException)
        {
            throw Unreadable(text);
        }
        return time.Unit switch
        {
            StoryUnit.Chunks => throw Unreadable(text),
            StoryUnit.Frames => new RepeatPeriod(text, StoryTime.Frames(Checked(text, time.Value)), null),
            _ when time.Value == 0 => throw new UsageException($"{Name} is {text}; a period is longer than nothing."),
            _ => new RepeatPeriod(text, time, null),
        };
    }

    /// <summary>For finished videos of any frame rate.</summary>
    /// <exception cref="UsageException">It names a pair, and there is no model.</exception>
    public NoRepeatOptions ToOptions() => Time switch
    {
        { Unit: StoryUnit.Frames } time => new NoRepeatOptions { PeriodFrames = (int)time.Value },
        { } time => new NoRepeatOptions { PeriodSeconds = time.Value },
        null => throw new UsageException($"{Name} is {Text}, a pair of a model, and finished videos do not name theirs; give frames (204f) or seconds (8.5s)."),
    };

    /// <summary>Frames of a model's videos.</summary>
    /// <exception cref="UsageException">The model has no such pair, or the period is out of range.</exception>
    public int Frames(ComparisonModel model)
    {
        if (Pair is not int pair)
        {
            return Checked(Text, ToOptions().PeriodAt(model.Profile.FramesPerSecond)!.Value);
        }
        IReadOnlyList<double> frequencies = model.TemporalFrequencies;
        return pair <= frequencies.Count
            ? Checked(Text, NoRepeatOptions.PeriodOf(frequencies[pair - 1], model.VaeConfig.TemporalFactor))
            : throw new UsageException($"{Name} is {Text}, and the model has {frequencies.Count} temporal pairs; name one of pair1 to pair{frequencies.Count}.");
    }

    private static int Checked(string text, double frames) => frames is >= NoRepeatOptions.ShortestPeriod and <= NoRepeatOptions.LongestPeriod
        ? (int)frames
        : throw new UsageException(FormattableString.Invariant(
            $"{Name} is {text}, {frames} frames; it must be {NoRepeatOptions.ShortestPeriod} to {NoRepeatOptions.LongestPeriod} frames."));

    private static UsageException Unreadable(string text) =>
        new($"{Name} has '{text}'; write frames (204f), seconds (8.5s) or, for a model's own, one of its temporal pairs (pair5).");
}
