namespace LongTake.Generation.Clips;

/// <summary>When the results of a pass take effect.</summary>
public enum PassOrder
{
    /// <summary>After its last call: windows do not depend on each other.</summary>
    Shadow,

    /// <summary>After each call: later windows see what earlier ones have changed. A pass cannot be stopped half-way.</summary>
    InPlace,
}
