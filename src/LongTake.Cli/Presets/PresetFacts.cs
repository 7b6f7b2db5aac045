using LongTake.Cli.Generate;
using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Cli.Presets;

/// <summary>What "longtake presets" says of one method.</summary>
internal sealed record PresetFacts
{
    public required string Name { get; init; }

    public required string Summary { get; init; }

    public required bool IsDefault { get; init; }

    public required string Keeps { get; init; }

    public required string Paper { get; init; }

    /// <summary>Settings with their defaults.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Whether it goes with distilled few-step models.</summary>
    public required bool FewStep { get; init; }

    /// <summary>Whether it goes with models of many steps.</summary>
    public required bool MultiStep { get; init; }

    /// <summary>Whether it goes with bidirectional models; the others go with causal ones.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>Network calls for one more latent frame, of a method for bidirectional models; null for others.</summary>
    public double? CallsPerLatent { get; init; }

    /// <summary>Of such a method that holds the whole video: the length, in training clips, that its sizes are given for.</summary>
    public int? GrowsFrom { get; init; }

    /// <summary>Latent frames that the cache (or the queue) holds; null if it does not fit the model.</summary>
    public int? CachedFrames { get; init; }

    /// <summary>Latent frames kept aside, which no call attends to.</summary>
    public int ArchivedFrames { get; init; }

    /// <summary>Whether the cache grows with the video; its size is then that of a video of the trained length.</summary>
    public bool Grows { get; init; }

    /// <summary>Bytes of cached keys and values, or of what a method for bidirectional models holds.</summary>
    public long? CacheBytes { get; init; }

    /// <summary>What it costs on the model that was named; null without one.</summary>
    public PresetCosts? Costs { get; init; }

    /// <summary>Why it does not go with the model that was named; null if it does.</summary>
    public string? Problem { get; init; }

    /// <summary>What is known of a preset without running it.</summary>
    public static PresetFacts Of(MethodPreset preset, PresetModel model)
    {
        StreamingMethod method = MethodPresets.Create(preset.Name);
        PresetFacts facts = new()
        {
            Name = preset.Name,
            Summary = preset.Summary,
            IsDefault = preset.Name == GenerateRequest.DefaultPreset,
            Keeps = preset.Keeps,
            Paper = preset.Paper,
            Settings = method.Settings.ToDictionary(s => s.Key, s => s.Value),
            FewStep = preset.Fits.HasFlag(ModelFamilies.CausalFewStep),
            MultiStep = preset.Fits.HasFlag(ModelFamilies.CausalMultiStep),
        };
        try
        {
            bool grows = Grow(method, model);
            IContextPolicy context = ContextOf(method, model, grows ? model.TrainedFrames : null);
            return facts with
            {
                Grows = grows,
                CachedFrames = context.Capacity,
                ArchivedFrames = context.ArchivedFrames,
                CacheBytes = model.Layout.Bytes(context.Capacity + context.ArchivedFrames, DType.F32),
            };
        }
        catch (ArgumentException e)
        {
            return facts with { Problem = e.Message };
        }
    }

    /// <summary>Whether a method keeps more of a longer video. Those that do need to know its length.</summary>
    private static bool Grow(StreamingMethod method, PresetModel model)
    {
        // Far beyond any window, so that also those that fill up slowly are full.
        int longer = 1000 * model.ChunkFrames;
        return ContextOf(method, model, longer).Capacity < ContextOf(method, model, 2 * longer).Capacity;
    }

    private static IContextPolicy ContextOf(StreamingMethod method, PresetModel model, int? total) =>
        method.Context(new RunInfo(0, model.ChunkFrames, total));
}

/// <summary>The model that sizes are given for.</summary>
/// <param name="Name">As users see it.</param>
/// <param name="Layout">Sizes of its cache.</param>
/// <param name="ChunkFrames">Latent frames of a chunk.</param>
/// <param name="TrainedFrames">Latent frames of a training clip, in whole chunks.</param>
internal sealed record PresetModel(string Name, CacheLayout Layout, int ChunkFrames, int TrainedFrames)
{
    /// <summary>The released models' size.</summary>
    public static PresetModel Released { get; } =
        new("Wan 2.1 1.3B at 832x480", CacheLayout.For(WanTransformerConfig.Wan21Small, 1, 60, 104), 3, 21);
}

/// <summary>What a preset costs on a model, a chunk in the steady state.</summary>
/// <param name="Evaluations">Network calls.</param>
/// <param name="ComputedFrames">Latent frames that go through the network in all of them.</param>
/// <param name="AttendedFrames">Latent frames that a call attends to, mean over the layers.</param>
/// <param name="SecondsPerChunk">Measured; null if not.</param>
/// <param name="Ratio">Measured, over the time of plain sliding-window measured beside it; null if not.</param>
internal sealed record PresetCosts(
    double Evaluations, double ComputedFrames, double AttendedFrames, double? SecondsPerChunk = null, double? Ratio = null);
