using LongTake.Alignment.Rewards;

namespace LongTake.Alignment.Grpo;

/// <summary>Adds up the figures of a step's groups and gives their means.</summary>
internal sealed class GroupFigures
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, (double Sum, int Count)> _sums = [];

    /// <summary>Means by name, in the order in which names first came.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Means => [.. _names.Select(n => KeyValuePair.Create(n, Mean(n)))];

    /// <summary>Mean of a figure; NaN when there is none.</summary>
    public double Mean(string name) => _sums.TryGetValue(name, out (double Sum, int Count) s) ? s.Sum / s.Count : double.NaN;

    public void Add(string name, double value)
    {
        if (double.IsNaN(value))
        {
            return;
        }
        if (!_sums.TryGetValue(name, out (double Sum, int Count) s))
        {
            _names.Add(name);
        }
        _sums[name] = (s.Sum + value, s.Count + 1);
    }

    public void Add(IEnumerable<KeyValuePair<string, double>> figures)
    {
        foreach ((string name, double value) in figures)
        {
            Add(name, value);
        }
    }

    /// <summary>Every reward of every signal, held-out ones too: its mean over the members, the anchor's, its deviation within the group.</summary>
    public void AddScores(IReadOnlyList<double[][]> scores, IReadOnlyList<GroupSignal> signals, RewardSet rewards, bool hasAnchor)
    {
        for (int s = 0; s < signals.Count; s++)
        {
            int members = scores[s].Length - (hasAnchor ? 1 : 0);
            for (int k = 0; k < rewards.Count; k++)
            {
                string name = $"{signals[s].Name}.{rewards.Terms[k].Reward.Name}";
                double[] values = [.. scores[s].Take(members).Select(m => m[k])];
                Add("reward." + name, values.Average());
                Add("spread." + name, Advantages.Deviation(values, DeviationKind.Population));
                if (hasAnchor)
                {
                    Add("anchor." + name, scores[s][members][k]);
                }
            }
        }
    }
}
