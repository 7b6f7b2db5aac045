using LongTake.Generation.Frequencies;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;
using LongTake.Generation.Views;

namespace LongTake.Generation.Methods.Custom;

/// <summary>
/// A method put together by its user: one part by name for each seam, with the part's own settings. Most presets are such combinations.
/// Source: kv-cache-strategies.md 4.3 and 4.4.
/// </summary>
public static class CustomPreset
{
    internal const string Name = "custom";

    /// <summary>The preset <c>custom</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        Name, "parts of the other presets, put together by name: context, view, positions, frequencies, noise, prompt-change", From)
    {
        Keeps = "what context= says; by default the newest 21 frames",
        Paper = "none of its own; each part has its method's",
    };

    private static StreamingMethod From(MethodSettings settings)
    {
        ContextPart context = ReadContext(settings);
        Func<RunInfo, IViewPolicy> view = ReadView(settings, context);
        Func<RunInfo, IPositionPolicy> positions = ReadPositions(settings, context, out PositionKind placed);
        Func<RunInfo, IFrequencyPolicy> frequencies = ReadFrequencies(settings, context, placed);
        return new StreamingMethod
        {
            Name = Name,
            Context = context.Create,
            View = view,
            Positions = positions,
            Frequencies = frequencies,
            Noise = NoiseChoice.Read(settings),
            PromptChange = ReadPromptChange(settings, context),
        };
    }

    private static ContextPart ReadContext(MethodSettings settings)
    {
        ContextKind kind = Choose<ContextKind>(settings, "context", (other, s) => ContextParts.Read(other, s));
        return ContextParts.Read(kind, settings);
    }

    private static Func<RunInfo, IViewPolicy> ReadView(MethodSettings settings, ContextPart context)
    {
        ViewKind kind = Choose<ViewKind>(settings, "view", (other, s) => Top(other, s));
        int top = Top(kind, settings);
        CustomRules.Check(context, kind, top);
        return _ => kind.Policy(top);

        static int Top(ViewKind kind, MethodSettings settings) =>
            kind == ViewKind.TopFrames ? settings.Int("top", TopFramesView.DefaultTop) : TopFramesView.DefaultTop;
    }

    private static Func<RunInfo, IPositionPolicy> ReadPositions(MethodSettings settings, ContextPart context, out PositionKind placed)
    {
        PositionKind kind = Choose<PositionKind>(settings, "positions", (other, s) => Number(other, s));
        placed = kind;
        int number = Number(kind, settings);
        CustomRules.Check(context, kind, number);
        CustomRules.Require(number >= 0, $"anchor is {number} with positions=anchored; it is a position in latent frames and at least 0");
        return _ => kind switch
        {
            PositionKind.Relative => new BlockRelativePositions(number),
            PositionKind.Adjacent => new SinkAdjacentPositions(context.Sink),
            PositionKind.Anchored => new AnchoredPositions(number),
            _ => new AbsolutePositions(),
        };

        static int Number(PositionKind kind, MethodSettings settings) => kind switch
        {
            PositionKind.Relative => settings.Int("cut-position", BlockRelativePositions.DefaultCutPosition),
            PositionKind.Anchored => settings.Int("anchor", AnchoredPositions.DefaultAnchor),
            _ => 0,
        };
    }

    private static Func<RunInfo, IFrequencyPolicy> ReadFrequencies(MethodSettings settings, ContextPart context, PositionKind positions)
    {
        FrequencyKind kind = Choose<FrequencyKind>(settings, "frequencies", (other, s) => FrequencyParts.Read(other, s, context));
        CustomRules.Check(kind, positions);
        Func<RunInfo, IFrequencyPolicy> inner = FrequencyParts.Read(kind, settings, context);
        double jitter = settings.Double("jitter", 0);
        _ = new JitteredFrequencies(jitter, 0);
        return jitter == 0 ? inner : run => new JitteredFrequencies(jitter, run.Seed, inner(run));
    }

    private static Func<RunInfo, IPromptChangePolicy> ReadPromptChange(MethodSettings settings, ContextPart context)
    {
        PromptChangeKind kind = Choose<PromptChangeKind>(settings, "prompt-change", (other, s) => Keep(other, s));
        int keep = Keep(kind, settings);
        CustomRules.Check(context, kind, keep);
        return _ => kind.Policy(context.Sink, keep);

        static int Keep(PromptChangeKind kind, MethodSettings settings) =>
            kind == PromptChangeKind.Flush ? settings.Int("flush-keep", FlushContext.DefaultLast) : FlushContext.DefaultLast;
    }

    private static T Choose<T>(MethodSettings settings, string seam, Action<T, MethodSettings> read)
        where T : struct, Enum => SeamChoice.Read(settings, seam, default, read);
}
