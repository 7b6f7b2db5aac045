using LongTake.Alignment.FlowMatching;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Context;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Causal;

/// <summary>Draws sample sheets of a causal transformer with the generator that users get: chunk by chunk, from a cache.</summary>
/// <param name="sheet">Prompts and decoder.</param>
/// <param name="sampler">Sampler, steps and guidance.</param>
/// <param name="chunks">Chunks a sample.</param>
/// <param name="chunkFrames">Latent frames a chunk.</param>
/// <param name="seed">Seed of the noise.</param>
/// <param name="method">What is remembered of the past; null for everything.</param>
public sealed class CausalSampler(
    SampleSheet sheet, SamplerOptions sampler, int chunks, int chunkFrames, ulong seed, StreamingMethod? method = null)
{
    private readonly StreamingMethod _method = method ?? MethodPresets.Create("full");

    /// <summary>Sampler, steps and guidance.</summary>
    public SamplerOptions Sampler { get; } = sampler;

    /// <summary>Generates one sample a prompt, all in one batch, and writes the sheet.</summary>
    public void WriteSheet(
        Compute compute, WanTransformerConfig config, ParameterStore weights, Umt5Encoder encoder, WanTokenizer tokenizer, string pngPath)
    {
        using TensorScope scope = TensorScope.Open();
        using WanTransformer transformer = new(config, weights);
        int batch = sheet.Prompts.Count, side = ShapesWorld.Size / sheet.SpatialFactor;
        RunInfo run = new(seed, chunkFrames, chunks * chunkFrames);
        using ChunkGenerator generator = new(compute, transformer, _method, Sampler, run, batch, side, side);
        int[][] empty = [.. sheet.Prompts.Select(_ => tokenizer.Encode(""))];
        generator.SetPrompt(
            encoder.Encode(compute, tokenizer.Encode(sheet.Prompts)), Sampler.IsGuided ? encoder.Encode(compute, empty) : null);
        Tensor all = Tensor.Empty([batch, config.InChannels, chunks * chunkFrames, side, side]);
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            CopyChunk(generator.Next(), all, chunk * chunkFrames);
        }
        sheet.WriteDecoded(compute, all, pngPath);
    }

    // [B, T, C, H, W] of a chunk into its place of [B, C, T, H, W].
    private static void CopyChunk(Tensor chunk, Tensor all, int start)
    {
        int frames = chunk.Shape[1], channels = chunk.Shape[2], plane = chunk.Shape[3] * chunk.Shape[4], length = all.Shape[2];
        for (int b = 0; b < chunk.Shape[0]; b++)
        {
            for (int f = 0; f < frames; f++)
            {
                for (int c = 0; c < channels; c++)
                {
                    chunk.Span.Slice(((((b * frames) + f) * channels) + c) * plane, plane)
                        .CopyTo(all.Span[(((((b * channels) + c) * length) + start + f) * plane)..]);
                }
            }
        }
    }
}
