using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods;

/// <summary>A method by name: a bundle of choices that user settings adjust.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Summary">One line.</param>
/// <param name="Create">Makes the method from settings.</param>
public sealed record MethodPreset(string Name, string Summary, Func<MethodSettings, StreamingMethod> Create)
{
    /// <summary>What of the past it keeps, with its defaults; a few words.</summary>
    public required string Keeps { get; init; }

    /// <summary>Where it comes from: name and arXiv number of the paper, or a few words where there is none.</summary>
    public required string Paper { get; init; }

    /// <summary>Models that it can be used with. Default: all causal ones.</summary>
    public ModelFamilies Fits { get; init; } = ModelFamilies.Causal;
}
