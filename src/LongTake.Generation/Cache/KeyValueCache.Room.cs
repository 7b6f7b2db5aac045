namespace LongTake.Generation.Cache;

// Room for new frames: what the policy lets go is dropped, and gaps are closed.
public sealed partial class KeyValueCache
{
    /// <summary>Drops frames and closes the gaps.</summary>
    /// <param name="keep">One entry a frame held.</param>
    /// <exception cref="ArgumentException">The number of entries is not the number of frames held.</exception>
    public void Retain(ReadOnlySpan<bool> keep)
    {
        if (keep.Length != _count)
        {
            throw new ArgumentException($"{_count} frames are held, but {keep.Length} entries say which to keep.", nameof(keep));
        }
        _chosen?.Retain(keep.Slice(_firstChosen, _chosenSlots));
        int to = 0;
        for (int from = 0; from < keep.Length;)
        {
            if (!keep[from])
            {
                from++;
                continue;
            }
            int run = 1;
            while (from + run < keep.Length && keep[from + run])
            {
                run++;
            }
            Move(from, to, run);
            from += run;
            to += run;
        }
        _count = to;
        _queryCount = 0;
        FindChosen();
    }

    /// <summary>Lets the policy say what goes, fold what it wants to keep of that, and drops it.</summary>
    private void MakeRoom(int incoming)
    {
        Span<bool> keep = _keep.AsSpan(0, _count);
        keep.Fill(true);
        _context.MakeRoom(Frames, incoming, keep);
        TokenChoice? choice = _context.ChooseSlots(Frames, incoming);
        if (keep.Contains(false))
        {
            _context.Fold(this, keep);
        }
        if (choice is TokenChoice wanted)
        {
            Plan(wanted, keep, incoming);
        }
        else
        {
            Retain(keep);
        }
    }

    private void CheckRoom(int held, int incoming)
    {
        if (held + incoming > Capacity)
        {
            throw new InvalidOperationException(
                $"A chunk of {incoming} latent frames does not fit in a cache of {Capacity} that holds {held}; " +
                "use a larger window or shorter chunks.");
        }
    }
}
