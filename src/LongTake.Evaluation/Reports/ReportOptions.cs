using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Statistics;

namespace LongTake.Evaluation.Reports;

/// <summary>What a report shows.</summary>
public sealed record ReportOptions
{
    /// <summary>Heading. Default "Long video evaluation".</summary>
    public string Title { get; init; } = "Long video evaluation";

    /// <summary>The method that the others are compared with; null (the default) for the first one of the results.</summary>
    public string? Baseline { get; init; }

    /// <summary>
    /// The figures in the order in which tables show them, with their directions; <see cref="MetricColumn"/>s of the metrics that were run.
    /// Figures of the results that are not among them follow by name and are neither good nor bad. Default none.
    /// </summary>
    public IReadOnlyList<MetricColumn> Columns { get; init; } = [];

    /// <summary>The figures that the tables of scores show; null (the default) for all.</summary>
    public IReadOnlyList<string>? ShownFigures { get; init; }

    /// <summary>The curves over time that are drawn; null (the default) for all, empty for none.</summary>
    public IReadOnlyList<string>? ShownCurves { get; init; }

    /// <summary>Whether costs are shown. Times of runs beside other work are better left out. Default true.</summary>
    public bool ShowsCosts { get; init; } = true;

    /// <summary>Ids of the items whose videos are shown side by side; null (the default) for the first <see cref="ShownItems"/> of each suite.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    /// <summary>How many items are shown when none are named, 0 to 100. Default 3.</summary>
    public int ShownItems { get; init; } = 3;

    /// <summary>How many of the worst items each figure of the failure gallery has, 0 (no gallery) to 20. Default 3.</summary>
    public int Worst { get; init; } = 3;

    /// <summary>The figures of the failure gallery; null (the default) for the first eight that have a good and a bad side.</summary>
    public IReadOnlyList<string>? GalleryFigures { get; init; }

    /// <summary>Largest video file that goes into the page, in bytes. Default 4 MiB.</summary>
    public long MaxVideoBytes { get; init; } = 4 << 20;

    /// <summary>Most bytes of videos and pictures that go into the page together. Default 64 MiB.</summary>
    public long MaxMediaBytes { get; init; } = 64 << 20;

    /// <summary>The ffmpeg program, for film strips of .mp4 and .webm videos; null (the default) looks for it in PATH.</summary>
    public string? Ffmpeg { get; init; }

    /// <summary>How chance is measured.</summary>
    public BootstrapOptions Statistics { get; init; } = new();

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Statistics.Validate();
        Require(!string.IsNullOrWhiteSpace(Title), "title", "empty", "a few words");
        Require(ShownItems is >= 0 and <= 100, "shown items", ShownItems, "0 to 100");
        Require(Worst is >= 0 and <= 20, "worst", Worst, "0 to 20");
        Require(MaxVideoBytes >= 0, "largest video", MaxVideoBytes, "0 or more bytes");
        Require(MaxMediaBytes >= 0, "most media", MaxMediaBytes, "0 or more bytes");
    }

    private static void Require(bool condition, string name, object value, string range)
    {
        if (!condition)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
        }
    }
}
