using LongTake.Alignment.Data;
using LongTake.Alignment.FlowMatching;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Alignment.Causal;

/// <summary>What a trained model makes of prompts whose compositions no training clip shows, as one picture.</summary>
public static class ModelSheet
{
    /// <summary>Generates one video a prompt with the model's causal transformer and its own sampler settings.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="modelFolder">A model trained on the Shapes world.</param>
    /// <param name="prompts">Held-out prompts, 1 to 32.</param>
    /// <param name="chunks">Chunks of each video.</param>
    /// <param name="preset">What is remembered of the past; a name of <see cref="MethodPresets"/>.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="pngPath">The picture to write.</param>
    /// <exception cref="Tensors.Files.CheckpointException">The model has no causal transformer, or its parts do not fit.</exception>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static void Write(Compute compute, string modelFolder, int prompts, int chunks, string preset, ulong seed, string pngPath)
    {
        using ModelFolder model = ModelFolder.Open(modelFolder);
        TransformerSettings settings = model.Settings(TransformerKind.Causal);
        SampleSheet sheet = new(model.LoadVae(), HeldOutPrompts.Get(prompts, WorldProfile.Of(settings.World ?? WorldProfile.Full.Name)), seed);
        CausalSampler sampler = new(
            sheet, SamplerOptions.From(settings), chunks, settings.FramesPerBlock, seed, MethodPresets.Create(preset));
        WanTransformer transformer = model.LoadTransformer(TransformerKind.Causal);
        sampler.WriteSheet(
            compute, transformer.Config, transformer.Parameters, model.LoadTextEncoder(), model.LoadTokenizer(), pngPath);
    }
}
