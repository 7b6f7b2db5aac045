using System.Globalization;
using System.Text;
using static System.FormattableString;

namespace LongTake.Cli.Presets;

/// <summary>What "longtake presets" prints for people.</summary>
internal static class PresetText
{
    private const int Label = 10;

    /// <summary>A block for each preset.</summary>
    /// <param name="presets">The presets.</param>
    /// <param name="model">Name of the model that sizes are given for.</param>
    /// <param name="trainedFrames">Latent frames of a training clip, which caches that grow are given for.</param>
    /// <param name="named">Whether it was named by the user.</param>
    public static string Of(IReadOnlyList<PresetFacts> presets, string model, int trainedFrames, bool named)
    {
        StringBuilder text = new();
        foreach (PresetFacts facts in presets)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{facts.Name}{(facts.IsDefault ? " (default)" : "")}: {facts.Summary}");
            Add(text, "keeps", facts.Keeps);
            Add(text, "paper", facts.Paper);
            if (facts.Settings.Count > 0)
            {
                Add(text, "settings", string.Join(", ", facts.Settings.Select(s => $"{s.Key}={s.Value}")));
            }
            Add(text, "models", Families(facts));
            if (facts is { Bidirectional: true, CachedFrames: int held })
            {
                string growing = facts.Grows ? Invariant($" for a video of {facts.GrowsFrom} clips; it grows with the video") : "";
                Add(text, "holds", Invariant($"{held} latent frames{growing}"));
                Add(text, "memory", $"{Sizes.Bytes(facts.CacheBytes ?? 0)} of latents and solver histories for {model}");
                Add(text, "a latent", Invariant($"{facts.CallsPerLatent:0.##} network calls"));
            }
            else if (facts.CachedFrames is int frames)
            {
                string growing = facts.Grows ? Invariant($" for a video of {trainedFrames}; it grows with the video") : "";
                string aside = facts.ArchivedFrames > 0 ? Invariant($", {facts.ArchivedFrames} more kept aside") : "";
                Add(text, "cache", Invariant($"{frames} latent frames{growing}{aside}"));
                Add(text, "memory", $"{Sizes.Bytes(facts.CacheBytes ?? 0)} of keys and values for {model}");
            }
            if (facts.Problem is string problem)
            {
                Add(text, "note", named ? $"not with {model}: {problem}" : problem);
            }
            if (facts.Costs is PresetCosts costs)
            {
                Add(text, "a chunk", Invariant(
                    $"{costs.Evaluations:0.#} network evaluations over {costs.ComputedFrames:0.#} latent frames, {costs.AttendedFrames:0.#} attended to"));
                if (costs is { SecondsPerChunk: double seconds, Ratio: double ratio })
                {
                    Add(text, "measured", Invariant($"{seconds:0.000} s a chunk, {ratio:0.00} of {PresetTimer.Baseline}"));
                }
            }
            text.AppendLine();
        }
        return text.ToString().TrimEnd() + Environment.NewLine;
    }

    private static string Families(PresetFacts facts) => facts switch
    {
        { FewStep: true, MultiStep: true } => "causal few-step, causal multi-step",
        { FewStep: true } => "causal few-step",
        { Bidirectional: true } => "bidirectional",
        _ => "causal multi-step",
    };

    private static void Add(StringBuilder text, string label, string value) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"  {label.PadRight(Label)}{value}");
}
