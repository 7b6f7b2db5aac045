namespace LongTake.Generation.Context;

/// <summary>What an average of frames is taken over, and how fast it follows.</summary>
public enum AverageKind
{
    /// <summary>All tokens of all frames: one vector a head.</summary>
    Global,

    /// <summary>Frames, token by token: every place keeps its own.</summary>
    Position,

    /// <summary>As <see cref="Position"/>, and the short memory follows faster in places where more has changed.</summary>
    Adaptive,
}
