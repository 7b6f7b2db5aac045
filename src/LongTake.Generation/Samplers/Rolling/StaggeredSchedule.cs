namespace LongTake.Generation.Samplers.Rolling;

/// <summary>
/// Which blocks are in work at which network call, and how noisy they are: block b has level k = w - g b at call w, from 0 (pure noise) to
/// T - 1 (about to become clean). The stagger g is how many calls a block starts after the one before: T denoises block after
/// block, 1 is the rolling window. Source: rolling-window-denoising.md 2.3 and 7.
/// </summary>
/// <param name="levels">Levels T, which are also the calls that a block takes.</param>
/// <param name="stagger">Calls g between the starts of neighbours, 1 to T.</param>
public readonly struct StaggeredSchedule(int levels, int stagger)
{
    /// <summary>Most blocks in one call: T / g, rounded up.</summary>
    public int MostBlocks => (levels + stagger - 1) / stagger;

    /// <summary>The call that a block enters at, as pure noise.</summary>
    public long FirstCall(long block) => block * stagger;

    /// <summary>The call that makes a block clean.</summary>
    public long LastCall(long block) => FirstCall(block) + levels - 1;

    /// <summary>Level of a block at a call, 0 to T - 1; -1 if it is not in work then.</summary>
    public int Level(long block, long call)
    {
        long level = call - FirstCall(block);
        return level >= 0 && level < levels ? (int)level : -1;
    }

    /// <summary>The blocks in work at a call: the leftmost, which is the least noisy, and the rightmost.</summary>
    /// <param name="call">The call, from 0.</param>
    /// <param name="blocks">Blocks of the video; null if there is no end.</param>
    /// <returns>Both inclusive; the first is greater than the last after the end of the video.</returns>
    public (long First, long Last) BlocksAt(long call, long? blocks = null)
    {
        long first = call < levels ? 0 : ((call - levels) / stagger) + 1;
        long last = call / stagger;
        return (first, blocks is long n ? Math.Min(last, n - 1) : last);
    }
}
