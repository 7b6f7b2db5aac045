using LongTake.Generation.Cache;

namespace LongTake.Generation.Positions;

/// <summary>
/// Frames stand at their slot in the cache, so that positions never leave the window however long the video gets. A scene cut moves the
/// new chunk, for itself alone, far away from everything held.
/// Source: autoregressive-streaming.md 6.5 and 7 (block-relativistic positions, RoPE cut).
/// </summary>
/// <param name="cutPosition">Position of the first frame of a chunk that starts after a cut.</param>
public sealed class BlockRelativePositions(int cutPosition = BlockRelativePositions.DefaultCutPosition) : IPositionPolicy
{
    /// <summary>Where the reference implementation moves a chunk after a cut.</summary>
    public const int DefaultCutPosition = 45;

    /// <inheritdoc/>
    public bool CanCut => true;

    /// <inheritdoc/>
    public void Place(in CacheCall call, Span<double> keys, Span<double> queries)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = i;
        }
        if (call.SceneCut)
        {
            for (int i = 0; i < queries.Length; i++)
            {
                keys[keys.Length - queries.Length + i] = cutPosition + i;
            }
        }
        keys[^queries.Length..].CopyTo(queries);
    }
}
