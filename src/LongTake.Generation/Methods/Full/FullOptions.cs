using LongTake.Generation.Context;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Full;

/// <summary>Everything is attended to, at its place in the video. Good up to the length that the model was trained on.</summary>
public sealed record FullOptions
{
    /// <summary>The preset <c>full</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        "full", "attend to the whole past; memory grows with the video", _ => new FullOptions().ToMethod())
    {
        Keeps = "everything",
        Paper = "the base model's own",
    };

    /// <summary>Name in messages and reports. Default <c>full</c>.</summary>
    public string Name { get; init; } = "full";

    /// <summary>Makes the method. A run without an end is refused when it starts.</summary>
    public StreamingMethod ToMethod() => new()
    {
        Name = Name,
        Context = run => new FullContext(run.TotalFrames
            ?? throw new ArgumentException($"The method '{Name}' needs the length of the video; give one or use a method with a window.")),
    };
}
