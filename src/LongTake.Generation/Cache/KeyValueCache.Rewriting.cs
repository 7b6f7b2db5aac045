namespace LongTake.Generation.Cache;

// Computing what is held anew.
public sealed partial class KeyValueCache
{
    /// <summary>
    /// Prepares to compute the newest frames anew in one call, for example under another prompt. They see everything held and each other.
    /// Slots that hold something else than a frame (<see cref="FrameRole"/>) are passed over and stay as they are.
    /// </summary>
    /// <param name="frames">How many.</param>
    /// <param name="guarded">
    /// So many of the first slots of the cache keep what they hold: the frames computed for them are queries only.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The cache does not hold that many.</exception>
    public void BeginRewrite(int frames, int guarded = 0)
    {
        RequireComplete();
        int whole = 0;
        foreach (CachedFrame frame in Frames)
        {
            whole += frame.Role == FrameRole.Frame ? 1 : 0;
        }
        if (frames < 1 || frames > whole)
        {
            throw new ArgumentOutOfRangeException(
                nameof(frames), frames, $"The cache holds {whole} latent frames; so many at most can be computed anew.");
        }
        long first = _next - frames;
        int spared = 0;
        for (int i = frames - 1, slot = _count - 1; i >= 0; i--, slot--)
        {
            while (_frames[slot].Role != FrameRole.Frame)
            {
                slot--;
            }
            _slots[i] = slot;
            if (slot < guarded)
            {
                spared++;
            }
            else
            {
                _frames[slot] = new CachedFrame(first + i);
            }
        }
        _sceneCut = false;
        _isRewrite = true;
        BeginCalls(first, frames, spared);
    }
}
