using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Cli.Presets;

/// <summary>
/// Finds out what a method does each chunk by running it on a network of a few thousand random weights, with as many layers and
/// heads, chunks as long and the sampler of the model in question: counts are the same, and need no weights.
/// </summary>
/// <param name="compute">What to compute with.</param>
/// <param name="config">Sizes of the model in question.</param>
/// <param name="settings">How it wants to be run.</param>
internal sealed class PresetProbe(Compute compute, WanTransformerConfig config, TransformerSettings settings)
{
    private const int Side = 4;
    private const int HeadDim = 12;
    private const int MostSteps = 3;

    /// <summary>Counts of a chunk in the steady state.</summary>
    /// <param name="facts">What is known of the preset.</param>
    /// <param name="trainedFrames">Latent frames of a training clip, in whole chunks.</param>
    /// <exception cref="ArgumentException">The method does not go with the model's sampler.</exception>
    public PresetCosts Look(PresetFacts facts, int trainedFrames)
    {
        WanTransformerConfig tiny = new()
        {
            Dim = HeadDim * config.HeadCount,
            FfnDim = HeadDim,
            HeadCount = config.HeadCount,
            LayerCount = config.LayerCount,
            FreqDim = 4,
            TextDim = 4,
            TextLength = 1,
            InChannels = 1,
            OutChannels = 1,
        };
        SamplerOptions sampler = SamplerOptions.From(settings);

        // Each step costs the same, so a few of many do.
        int left = sampler.Kind == SamplerKind.FewStep ? 0 : Math.Max(0, sampler.Steps - MostSteps);
        GenerationOptions options = new()
        {
            Method = MethodPresets.Create(facts.Name),
            Sampler = sampler with { Steps = sampler.Steps - left },
            Width = Side,
            Height = Side,
            SpatialStride = 1,
            ChunkFrames = settings.FramesPerBlock,
            FrameRate = settings.FramesPerSecond,
        };
        using TensorScope scope = TensorScope.Open();
        using ParameterStore weights = ParameterStore.CreateRandom(WanTransformer.Specs(tiny), 1);
        using WanTransformer transformer = new(tiny, weights);
        using PresetRun run = new(compute, transformer, options, facts, trainedFrames, 1);
        for (int i = 0; i < run.WarmUp; i++)
        {
            run.Next();
        }
        PresetCosts seen = run.Look();
        return seen with { Evaluations = seen.Evaluations + left, ComputedFrames = seen.ComputedFrames + (left * settings.FramesPerBlock) };
    }
}
