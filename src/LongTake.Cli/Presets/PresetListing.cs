using LongTake.Generation.Cache;
using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Presets;

/// <summary>One run of "longtake presets".</summary>
internal sealed class PresetListing(CliEnvironment environment)
{
    /// <summary>Presets for causal models.</summary>
    public required IReadOnlyList<MethodPreset> Presets { get; init; }

    /// <summary>Presets for bidirectional models.</summary>
    public required IReadOnlyList<ClipPreset> ClipPresets { get; init; }

    /// <summary>Folder of the model that costs are given for; null for none.</summary>
    public required string? Model { get; init; }

    public required bool Measure { get; init; }

    public required bool Json { get; init; }

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public int Run()
    {
        if (Model is null)
        {
            Print(
                [
                    .. Presets.Select(p => PresetFacts.Of(p, PresetModel.Released)),
                    .. ClipPresets.Select(p => ClipPresetFacts.Of(p, ClipPresetModel.Released)),
                ],
                PresetModel.Released.Name,
                PresetModel.Released.TrainedFrames);
            return LongTakeApplication.Done;
        }
        using CpuBackend backend = new();
        using ModelFolder folder = ModelFolder.Open(Model);
        IReadOnlyList<PresetFacts> clips = ClipFacts(folder);
        if (Presets.Count == 0)
        {
            Print(clips, Model, 0);
            return LongTakeApplication.Done;
        }
        if (!folder.Transformers.Contains(TransformerKind.Causal))
        {
            throw new CliException(
                $"The model in '{Model}' has no causal transformer, which most presets are for; name another with --model, or one preset for bidirectional models.");
        }
        TransformerSettings settings = folder.Settings(TransformerKind.Causal);
        WanTransformerConfig config = folder.TransformerConfig(TransformerKind.Causal);
        int stride = folder.VaeConfig().SpatialFactor;
        PresetModel model = new(
            Model,
            CacheLayout.For(config, settings.Guidance == 1 ? 1 : 2, settings.Height / stride, settings.Width / stride),
            settings.FramesPerBlock,
            Math.Max(1, settings.TrainedFrames / settings.FramesPerBlock) * settings.FramesPerBlock);
        Compute compute = new(backend);
        PresetProbe probe = new(compute, config, settings);
        PresetFacts[] facts = [.. Presets.Select(p => Tried(PresetFacts.Of(p, model), f => f with { Costs = probe.Look(f, model.TrainedFrames) }))];
        if (Measure)
        {
            try
            {
                MeasureAll(compute, folder.LoadTransformer(TransformerKind.Causal), settings, stride, model, facts);
            }
            catch (OperationCanceledException)
            {
                environment.Note("stopped; nothing was printed");
                return LongTakeApplication.Stopped;
            }
        }
        Print([.. facts, .. clips], Model, model.TrainedFrames);
        return LongTakeApplication.Done;
    }

    private void MeasureAll(
        Compute compute, WanTransformer transformer, TransformerSettings settings, int stride, PresetModel model, PresetFacts[] facts)
    {
        environment.Note($"measuring {PresetTimer.Baseline}, which the others are compared with");
        using PresetTimer timer = new(compute, transformer, settings, stride, model, environment.StopRequested);
        for (int i = 0; i < facts.Length; i++)
        {
            environment.Note($"measuring {facts[i].Name}");
            facts[i] = Tried(facts[i], f =>
            {
                (double seconds, double ratio) = timer.Measure(f, environment.StopRequested);
                return f with { Costs = f.Costs! with { SecondsPerChunk = seconds, Ratio = ratio } };
            });
        }
    }

    /// <summary>What a step finds out of a preset; that it does not go with the model is a finding too.</summary>
    private static PresetFacts Tried(PresetFacts facts, Func<PresetFacts, PresetFacts> step)
    {
        if (facts.Problem is not null)
        {
            return facts;
        }
        try
        {
            return step(facts);
        }
        catch (Exception e) when (e is ArgumentException or InsufficientMemoryException)
        {
            return facts with { Problem = e.Message };
        }
    }

    /// <summary>Presets for bidirectional models, if the folder has one; they are counted, not measured.</summary>
    private IReadOnlyList<PresetFacts> ClipFacts(ModelFolder folder)
    {
        if (ClipPresets.Count == 0)
        {
            return [];
        }
        if (!folder.Transformers.Contains(TransformerKind.Bidirectional))
        {
            if (Presets.Count == 0)
            {
                throw new CliException($"The model in '{Model}' has no bidirectional transformer, which {ClipPresets[0].Name} is for; name another with --model.");
            }
            return [];
        }
        TransformerSettings settings = folder.Settings(TransformerKind.Bidirectional);
        int stride = folder.VaeConfig().SpatialFactor;
        ClipPresetModel model = new(Model!, new ClipRunInfo
        {
            Model = folder.TransformerConfig(TransformerKind.Bidirectional),
            ClipFrames = settings.TrainedFrames,
            Height = settings.Height / stride,
            Width = settings.Width / stride,
            Sampler = SamplerOptions.From(settings),
            Seed = 0,
            Latents = null,
        });
        return [.. ClipPresets.Select(p => ClipPresetFacts.Of(p, model))];
    }

    private void Print(IReadOnlyList<PresetFacts> facts, string model, int trainedFrames)
    {
        if (Json)
        {
            environment.Out.WriteLine(new PresetDocument(model, facts).ToJson());
        }
        else
        {
            environment.Out.Write(PresetText.Of(facts, model, trainedFrames, Model is not null));
        }
    }
}
