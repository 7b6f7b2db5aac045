using LongTake.Evaluation.Reports.Html;
using LongTake.Evaluation.Statistics;

namespace LongTake.Evaluation.Reports.Sections;

/// <summary>Points of charts that are means over items.</summary>
internal static class MeanPoint
{
    /// <summary>A point.</summary>
    /// <param name="x">Where.</param>
    /// <param name="items">One value an item; none leaves a gap.</param>
    /// <param name="band">Whether it has an interval.</param>
    /// <param name="options">How the interval is found.</param>
    public static ChartPoint Of(double x, IReadOnlyCollection<double> items, bool band, BootstrapOptions options)
    {
        if (items.Count == 0)
        {
            return new ChartPoint(x, null);
        }
        if (!band)
        {
            return new ChartPoint(x, items.Average());
        }
        Interval mean = Bootstrap.Mean([.. items], options);
        return new ChartPoint(x, mean.Mean, mean.Low, mean.High);
    }
}
