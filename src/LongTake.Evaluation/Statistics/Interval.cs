namespace LongTake.Evaluation.Statistics;

/// <summary>A mean and where the true one lies with 95 % confidence.</summary>
/// <param name="Mean">Mean over the items.</param>
/// <param name="Low">Lower end; NaN when there is but one item.</param>
/// <param name="High">Upper end; NaN when there is but one item.</param>
/// <param name="Items">Number of items.</param>
public readonly record struct Interval(double Mean, double Low, double High, int Items)
{
    /// <summary>Whether zero lies outside, so that a difference is more than chance.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;
}
