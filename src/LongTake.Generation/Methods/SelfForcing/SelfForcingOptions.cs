using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.SelfForcing;

/// <summary>
/// The released Self-Forcing generator: the newest 21 latent frames, no sink. Source: autoregressive-streaming.md 1 and 5.
/// </summary>
public sealed record SelfForcingOptions
{
    /// <summary>The preset <c>self-forcing</c>.</summary>
    public static MethodPreset Preset { get; } = new("self-forcing", "Self-Forcing: the newest 21 latent frames (5 s), no sink", settings =>
        new SelfForcingOptions
        {
            Window = settings.Int("window", new SelfForcingOptions().Window),
            Sink = settings.Int("sink", new SelfForcingOptions().Sink),
        }.ToMethod())
    {
        Keeps = "the newest 21 frames",
        Paper = "Self-Forcing, arXiv 2506.08009",
    };

    /// <summary>Latent frames attended to, current chunk included. Default 21.</summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. Default 0.</summary>
    public int Sink { get; init; }

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Window and sink conflict.</exception>
    public StreamingMethod ToMethod()
    {
        MethodPresets.CheckWindow("self-forcing", Window, Sink);
        return new StreamingMethod
        {
            Name = "self-forcing",
            Context = MethodPresets.Window("self-forcing", Window, Sink),
        };
    }
}
