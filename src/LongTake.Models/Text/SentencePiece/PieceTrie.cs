namespace LongTake.Models.Text.SentencePiece;

/// <summary>A prefix tree over the UTF-8 bytes of pieces; the children of a node lie side by side in byte order.</summary>
internal sealed class PieceTrie
{
    /// <summary>The node that every search starts at.</summary>
    public const int Root = 0;

    // Children of node n are _first[n] .. _first[n + 1].
    private readonly int[] _first;
    private readonly byte[] _labels;
    private readonly int[] _values;

    /// <summary>Builds the tree.</summary>
    /// <param name="entries">Keys (not empty, all different) and what they stand for (not negative).</param>
    public PieceTrie(IEnumerable<(byte[] Key, int Value)> entries)
    {
        (byte[] Key, int Value)[] sorted = [.. entries];
        Array.Sort(sorted, static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        List<int> first = [];
        List<byte> labels = [0];
        List<int> values = [-1];

        // Breadth first: nodes get their numbers in the order of the queue, so siblings are neighbours.
        Queue<(int Low, int High, int Depth)> open = new();
        open.Enqueue((0, sorted.Length, 0));
        while (open.TryDequeue(out (int Low, int High, int Depth) node))
        {
            int low = node.Low;
            if (low < node.High && sorted[low].Key.Length == node.Depth)
            {
                values[first.Count] = sorted[low].Value;
                low++;
            }
            first.Add(labels.Count);
            while (low < node.High)
            {
                byte label = sorted[low].Key[node.Depth];
                int high = low + 1;
                while (high < node.High && sorted[high].Key[node.Depth] == label)
                {
                    high++;
                }
                labels.Add(label);
                values.Add(-1);
                open.Enqueue((low, high, node.Depth + 1));
                low = high;
            }
        }
        first.Add(labels.Count);
        _first = [.. first];
        _labels = [.. labels];
        _values = [.. values];
    }

    /// <summary>The child of a node for one more byte, or -1.</summary>
    public int Step(int node, byte label)
    {
        int low = _first[node];
        int i = _labels.AsSpan(low, _first[node + 1] - low).BinarySearch(label);
        return i < 0 ? -1 : low + i;
    }

    /// <summary>What the key that ends at a node stands for, or -1 if none does.</summary>
    public int ValueOf(int node) => _values[node];

    /// <summary>Length of the longest key that <paramref name="text"/> starts with; 0 if there is none.</summary>
    public int MatchLongest(ReadOnlySpan<byte> text)
    {
        int longest = 0;
        int node = Root;
        for (int i = 0; i < text.Length && (node = Step(node, text[i])) >= 0; i++)
        {
            if (_values[node] >= 0)
            {
                longest = i + 1;
            }
        }
        return longest;
    }
}
