namespace LongTake.Evaluation.Statistics;

/// <summary>How chance is measured; the defaults are those of spec/benchmarks.md section 4.10.</summary>
public sealed record BootstrapOptions
{
    /// <summary>Resamples of the items, 100 to 1,000,000. Default 1000.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>Random sign patterns of the permutation test where there are too many to try all, 100 to 10,000,000. Default 10,000.</summary>
    public int Flips { get; init; } = 10_000;

    /// <summary>Seed: the same seed gives the same numbers. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (Resamples is < 100 or > 1_000_000)
        {
            throw new ArgumentException($"resamples is {Resamples}; it must be 100 to 1000000.");
        }
        if (Flips is < 100 or > 10_000_000)
        {
            throw new ArgumentException($"flips is {Flips}; it must be 100 to 10000000.");
        }
    }
}
