using LongTake.Tensors;

namespace LongTake.Generation.Cache;

// Frames kept aside, for policies that bring them back: no call attends to them, and nothing moves them. Stored like the pools.
// Source: kv-cache-strategies.md 3.12.
public sealed partial class KeyValueCache
{
    private readonly Tensor[] _archivedKeys;
    private readonly Tensor[] _archivedValues;
    private int _archived;

    /// <summary>Latent frames that can be kept aside.</summary>
    public int ArchiveCapacity { get; }

    /// <summary>Latent frames kept aside.</summary>
    public int ArchivedFrames => _archived;

    /// <summary>Keeps a copy of a slot's keys and values aside, in all layers.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="place">Where in the archive: after what is there, or in place of it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slot is not in use, or the archive has no such place.</exception>
    public void Archive(int slot, int place)
    {
        CheckSlots(slot, 1);
        if (place < 0 || place > _archived || place >= ArchiveCapacity)
        {
            throw new ArgumentOutOfRangeException(
                nameof(place), place, $"The archive holds {_archived} of {ArchiveCapacity} latent frames; the next place is {_archived}.");
        }
        CopyArchive(_keys, slot, _archivedKeys, place);
        CopyArchive(_values, slot, _archivedValues, place);
        _archived = Math.Max(_archived, place + 1);
    }

    /// <summary>Gives a slot the keys and values of a frame kept aside; it stands where it stood.</summary>
    /// <param name="place">Where in the archive.</param>
    /// <param name="slot">The slot.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slot is not in use, or nothing is archived there.</exception>
    public void Recall(int place, int slot)
    {
        CheckSlots(slot, 1);
        if (place < 0 || place >= _archived)
        {
            throw new ArgumentOutOfRangeException(nameof(place), place, $"The archive holds {_archived} latent frames.");
        }
        CopyArchive(_archivedKeys, place, _keys, slot);
        CopyArchive(_archivedValues, place, _values, slot);
        _frames[slot] = new CachedFrame(_frames[slot].Index, FrameRole.Recycled);
    }

    private Tensor[] MakeArchive()
    {
        Shape shape = [Layout.Batch, ArchiveCapacity * Layout.TokensPerFrame, Layout.Heads, Layout.HeadDim];
        return ArchiveCapacity == 0 ? [] : [.. Enumerable.Range(0, Layout.Layers).Select(_ => TensorScope.Detach(Tensor.Zeros(shape, Type)))];
    }

    private void CopyArchive(Tensor[] from, int source, Tensor[] to, int target)
    {
        int perFrame = Layout.TokensPerFrame;
        for (int i = 0; i < from.Length; i++)
        {
            _compute.CopyRows(from[i], source * perFrame, to[i], target * perFrame, perFrame);
        }
    }
}
