using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods;

/// <summary>A method for causal models by name: a bundle of choices that user settings adjust.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Summary">One line.</param>
/// <param name="Create">Makes the method from settings.</param>
public sealed record MethodPreset(string Name, string Summary, Func<MethodSettings, StreamingMethod> Create) : Preset(Name, Summary)
{
    /// <summary>Models that it can be used with. Default: all causal ones.</summary>
    public ModelFamilies Fits { get; init; } = ModelFamilies.Causal;
}
