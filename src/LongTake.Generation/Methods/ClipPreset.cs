using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods;

/// <summary>A method for bidirectional models by name: a bundle of choices that user settings adjust.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Summary">One line.</param>
/// <param name="Create">Makes the method from settings.</param>
public sealed record ClipPreset(string Name, string Summary, Func<MethodSettings, ClipMethod> Create) : Preset(Name, Summary);
