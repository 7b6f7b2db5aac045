namespace LongTake.Generation.Methods;

/// <summary>What every preset says of itself, whatever kind of model it is for.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Summary">One line.</param>
public abstract record Preset(string Name, string Summary)
{
    /// <summary>What of the past it keeps, with its defaults; a few words.</summary>
    public required string Keeps { get; init; }

    /// <summary>Where it comes from: name and arXiv number of the paper, or a few words where there is none.</summary>
    public required string Paper { get; init; }
}
