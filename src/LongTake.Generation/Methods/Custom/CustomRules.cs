namespace LongTake.Generation.Methods.Custom;

/// <summary>Which parts go together. Source: kv-cache-strategies.md 4.4; flex.md 3.2 and 12.</summary>
internal static class CustomRules
{
    /// <summary>Refuses what a condition does not hold for.</summary>
    /// <exception cref="ArgumentException">It does not hold.</exception>
    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{CustomPreset.Name}: {otherwise}.");
        }
    }

    /// <summary>Checks where frames stand against what is kept.</summary>
    public static void Check(ContextPart context, PositionKind positions, int cutPosition)
    {
        string kind = MethodSettings.Hyphenated(context.Kind);
        Require(
            !(context.Averages && positions == PositionKind.Absolute),
            $"context={kind} averages frames, and an average has no place in the video for positions=absolute to put it at; " +
            "set positions=relative");
        Require(
            positions != PositionKind.Adjacent || context.IsWindow,
            $"positions=adjacent puts a sink right before the frames of a window, and context={kind} is none; set positions=relative");
        Require(
            positions != PositionKind.Relative || context.Held is null || cutPosition >= context.Held,
            $"cut-position {cutPosition} lies among the {context.Held} frames that context={kind} holds, so a scene cut would not cut; " +
            "make it larger");
    }

    /// <summary>Checks frequencies against positions.</summary>
    public static void Check(FrequencyKind frequencies, PositionKind positions) => Require(
        frequencies == FrequencyKind.Standard || positions == PositionKind.Absolute,
        $"frequencies={MethodSettings.Hyphenated(frequencies)} is for frames at their place in the video, and positions=" +
        $"{MethodSettings.Hyphenated(positions)} leaves nothing far away; set positions=absolute or frequencies=standard");

    /// <summary>Checks what is attended to against what is kept.</summary>
    public static void Check(ContextPart context, ViewKind view, int top)
    {
        if (view == ViewKind.All)
        {
            return;
        }
        string kind = MethodSettings.Hyphenated(context.Kind);
        Require(
            context.Kind != ContextKind.TopTokens,
            "view=top-frames chooses whole frames for each head, and context=top-tokens other tokens in each layer; set view=all");
        Require(context.Kind != ContextKind.Full, "view=top-frames chooses among frames beside a window, and context=full has none; set view=all");
        view.Check(CustomPreset.Name, top, context.Beside, $"{context.BesideNames} (context={kind})");
    }

    /// <summary>Checks what a new prompt does against what is kept.</summary>
    public static void Check(ContextPart context, PromptChangeKind change, int flushKeep)
    {
        string kind = MethodSettings.Hyphenated(context.Kind);
        string asked = MethodSettings.Hyphenated(change);
        Require(
            change == PromptChangeKind.Keep || context.Kind != ContextKind.MovingSink,
            $"prompt-change={asked} conflicts with context=moving-sink, which takes its sink from the frames after a new prompt and keeps the " +
            "context until then; set prompt-change=keep");
        Require(
            change == PromptChangeKind.Keep || context.Stays is null,
            $"prompt-change={asked} conflicts with context={kind}: {context.Stays}; set prompt-change=keep");
        Require(
            change != PromptChangeKind.RecacheAll || context.SinkStays is null,
            $"prompt-change=recache-all conflicts with context={kind}: {context.SinkStays}; set prompt-change=recache, which leaves the sink alone");
        if (change != PromptChangeKind.Flush)
        {
            return;
        }
        Require(flushKeep >= 0, $"flush-keep is {flushKeep}; it counts the newest frames that prompt-change=flush leaves, and is at least 0");
        Require(
            context.Held is not int held || Math.Max(1, context.Sink) + flushKeep <= held,
            $"flush-keep {flushKeep} and sink {context.Sink} are more than the {context.Held} frames that context={kind} holds; " +
            "make flush-keep smaller");
    }
}
