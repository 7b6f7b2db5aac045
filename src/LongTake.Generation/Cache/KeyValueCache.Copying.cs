namespace LongTake.Generation.Cache;

// Taking over what another cache holds.
public sealed partial class KeyValueCache
{
    /// <summary>Forgets everything and holds some of the whole frames of another cache instead, which may have another context policy.</summary>
    /// <param name="source">A cache of the same layout and storage.</param>
    /// <param name="slots">Slots of it, in the order in which their frames shall lie; the last one is the newest frame of the source.</param>
    /// <exception cref="ArgumentException">Layout or storage differ, there are more slots than room, or one holds no whole frame.</exception>
    public void TakeOver(KeyValueCache source, ReadOnlySpan<int> slots)
    {
        if (source.Layout != Layout || source.Type != Type)
        {
            throw new ArgumentException($"A cache of {source.Layout} ({source.Type}) cannot be taken over by one of {Layout} ({Type}).", nameof(source));
        }
        if (slots.Length > Capacity)
        {
            throw new ArgumentException($"{slots.Length} latent frames do not fit in a cache of {Capacity}.", nameof(slots));
        }
        Clear();
        int perFrame = Layout.TokensPerFrame;
        for (int i = 0; i < slots.Length; i++)
        {
            CachedFrame frame = source.Frames[slots[i]];
            if (frame.Role != FrameRole.Frame)
            {
                throw new ArgumentException($"Slot {slots[i]} holds no whole frame.", nameof(slots));
            }
            _frames[i] = frame;
            for (int layer = 0; layer < _keys.Length; layer++)
            {
                _compute.CopyRows(source._keys[layer], slots[i] * perFrame, _keys[layer], i * perFrame, perFrame);
                _compute.CopyRows(source._values[layer], slots[i] * perFrame, _values[layer], i * perFrame, perFrame);
            }
        }
        _count = slots.Length;
        _next = source._next;
        _started = source._started;
    }
}
