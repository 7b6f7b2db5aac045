namespace LongTake.Alignment.Grpo;

/// <summary>
/// Calls of the generator's network so far, each on one chunk or on the frames that a prompt change computes anew: the budget at which
/// strategies are compared. Videos for sample sheets and held-out scores do not count.
/// </summary>
public sealed class GeneratorCalls
{
    /// <summary>Calls that made the videos of groups.</summary>
    public long Rollout { get; private set; }

    /// <summary>Calls that learned from them and carried no gradient.</summary>
    public long Replay { get; private set; }

    /// <summary>Calls that carried a gradient; each costs about three of the others.</summary>
    public long Gradient { get; private set; }

    /// <summary>Counts calls that made videos.</summary>
    public void AddRollout(long calls) => Rollout += calls;

    /// <summary>Counts a call that learns.</summary>
    /// <param name="withGradient">Whether it is recorded.</param>
    public void AddReplay(bool withGradient)
    {
        if (withGradient)
        {
            Gradient++;
        }
        else
        {
            Replay++;
        }
    }

    /// <summary>The counts by name.</summary>
    internal IReadOnlyList<KeyValuePair<string, double>> Figures =>
    [
        new("calls.rollout", Rollout),
        new("calls.replay", Replay),
        new("calls.gradient", Gradient),
    ];
}
