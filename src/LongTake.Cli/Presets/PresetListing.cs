using LongTake.Generation.Cache;
using LongTake.Generation.Methods;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Presets;

/// <summary>One run of "longtake presets".</summary>
internal sealed class PresetListing(CliEnvironment environment)
{
    public required IReadOnlyList<MethodPreset> Presets { get; init; }

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
            Print([.. Presets.Select(p => PresetFacts.Of(p, PresetModel.Released))], PresetModel.Released);
            return LongTakeApplication.Done;
        }
        using CpuBackend backend = new();
        using ModelFolder folder = ModelFolder.Open(Model);
        if (!folder.Transformers.Contains(TransformerKind.Causal))
        {
            throw new CliException($"The model in '{Model}' has no causal transformer, which presets are for; name another with --model.");
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
        Print(facts, model);
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

    private void Print(IReadOnlyList<PresetFacts> facts, PresetModel model)
    {
        if (Json)
        {
            environment.Out.WriteLine(new PresetDocument(model.Name, facts).ToJson());
        }
        else
        {
            environment.Out.Write(PresetText.Of(facts, model, Model is not null));
        }
    }
}
