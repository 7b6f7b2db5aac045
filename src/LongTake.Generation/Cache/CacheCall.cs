namespace LongTake.Generation.Cache;

/// <summary>
/// What policies are told of the network calls that follow: which frames the cache holds and which are being computed. The frames being
/// computed are also the last ones held.
/// </summary>
public readonly ref struct CacheCall
{
    /// <summary>Frames held, in the order of their slots, those being computed last.</summary>
    public required ReadOnlySpan<CachedFrame> Held { get; init; }

    /// <summary>
    /// Frames being computed: the queries. Their slots may still belong to other frames (see <see cref="KeyValueCache.BeginRewrite"/>).
    /// </summary>
    public required ReadOnlySpan<CachedFrame> Queries { get; init; }

    /// <summary>Whether this chunk starts a scene that shall not continue the one before.</summary>
    public required bool SceneCut { get; init; }
}
