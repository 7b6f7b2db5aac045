using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.SlidingWindow;

/// <summary>
/// A sliding window with a sink whose frames are numbered by their slot in the cache: what StreamingLLM and Deep Sink are, which differ in
/// the size of the sink alone.
/// </summary>
public abstract record SinkWindowOptions
{
    private readonly string _name;

    private protected SinkWindowOptions(string name, int sink)
    {
        _name = name;
        Sink = sink;
    }

    /// <summary>Latent frames attended to, sink and current chunk included. Default 21, the length that the base models were trained on.</summary>
    public int Window { get; init; } = 21;

    /// <summary>First latent frames of the video that stay. Default: the method's.</summary>
    public int Sink { get; init; }

    /// <summary>What a change of the prompt does. Default: nothing but change cross-attention.</summary>
    public PromptChangeKind PromptChange { get; init; } = PromptChangeKind.Keep;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">Window and sink conflict.</exception>
    public StreamingMethod ToMethod() => new SlidingWindowOptions
    {
        Name = _name,
        Window = Window,
        Sink = Sink,
        Positions = PositionKind.Relative,
        PromptChange = PromptChange,
    }.ToMethod();

    /// <summary>The method with a user's settings in place of these.</summary>
    private protected StreamingMethod With(MethodSettings settings) => (this with
    {
        Window = settings.Int("window", Window),
        Sink = settings.Int("sink", Sink),
        PromptChange = settings.Choice("prompt-change", PromptChange),
    }).ToMethod();
}
