using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Models.Wan;

namespace LongTake.Cli.Presets;

/// <summary>What "longtake presets" says of methods for bidirectional models.</summary>
internal static class ClipPresetFacts
{
    // Lengths, in clips, between which the calls for one more latent are counted: far beyond all warm-up.
    private const int LongClips = 200;
    private const int ShortClips = 6;

    /// <summary>What is known of a preset without running it.</summary>
    public static PresetFacts Of(ClipPreset preset, ClipPresetModel model)
    {
        ClipMethod method = ClipPresets.Create(preset.Name);
        PresetFacts facts = new()
        {
            Name = preset.Name,
            Summary = preset.Summary,
            IsDefault = false,
            Keeps = preset.Keeps,
            Paper = preset.Paper,
            Settings = method.Settings.ToDictionary(s => s.Key, s => s.Value),
            FewStep = false,
            MultiStep = false,
            Bidirectional = true,
            Grows = method.NeedsLength,
        };
        try
        {
            ClipPlan plan = PlanOf(method, model, method.NeedsLength ? ShortClips : LongClips);
            double? calls = method.NeedsLength
                ? (double?)plan.Calls / (ShortClips * model.Run.ClipFrames)
                : (double?)(PlanOf(method, model, 2 * LongClips).Calls - plan.Calls) / (LongClips * model.Run.ClipFrames);
            return facts with { CachedFrames = checked((int)plan.LatentsHeld), CacheBytes = plan.HeldBytes, CallsPerLatent = calls, GrowsFrom = ShortClips };
        }
        catch (ArgumentException e)
        {
            return facts with { Problem = e.Message };
        }
    }

    private static ClipPlan PlanOf(ClipMethod method, ClipPresetModel model, int clips) =>
        method.Plan(method.Prepare(model.Run with { Latents = (long)clips * model.Run.ClipFrames }));
}

/// <summary>The bidirectional model that sizes are given for.</summary>
/// <param name="Name">As users see it.</param>
/// <param name="Run">Its sizes.</param>
internal sealed record ClipPresetModel(string Name, ClipRunInfo Run)
{
    /// <summary>The released model's size.</summary>
    public static ClipPresetModel Released { get; } = new(PresetModel.Released.Name, new ClipRunInfo
    {
        Model = WanTransformerConfig.Wan21Small,
        ClipFrames = 21,
        Height = 60,
        Width = 104,
        Sampler = new SamplerOptions { Kind = SamplerKind.UniPC, Guidance = 5 },
        Seed = 0,
        Latents = null,
    });
}
