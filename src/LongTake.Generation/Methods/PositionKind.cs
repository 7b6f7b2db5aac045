namespace LongTake.Generation.Methods;

/// <summary>Where cached frames stand in time.</summary>
public enum PositionKind
{
    /// <summary>At their place in the video.</summary>
    Absolute,

    /// <summary>At their slot in the cache.</summary>
    Relative,

    /// <summary>The sink right before the recent frames, those at their place in the video.</summary>
    Adjacent,

    /// <summary>The newest frame at its place in the video, but not beyond an anchor; the others count back from it.</summary>
    Anchored,
}
