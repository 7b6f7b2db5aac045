namespace LongTake.Generation.Frequencies;

/// <summary>What the scale of frequencies goes by.</summary>
public enum ScaleKind
{
    /// <summary>What has been generated so far; the trained length is as without any scale.</summary>
    Dynamic,

    /// <summary>The length of the whole video, from its first chunk on.</summary>
    Fixed,
}
