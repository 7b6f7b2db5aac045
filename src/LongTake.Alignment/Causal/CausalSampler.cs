using LongTake.Alignment.FlowMatching;

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

/// <summary>Draws sample sheets of a causal transformer in training with the generator that users get: chunk by chunk, from a cache.</summary>
/// <param name="sheet">Prompts and decoder.</param>
/// <param name="chunks">Chunks a sample.</param>
/// <param name="chunkFrames">Latent frames a chunk.</param>
/// <param name="seed">Seed of the noise.</param>
/// <param name="method">What is remembered of the past; null for everything.</param>
public sealed class CausalSampler(SampleSheet sheet, int chunks, int chunkFrames, ulong seed, StreamingMethod? method = null)
{
    private readonly StreamingMethod _method = method ?? MethodPresets.Create("full");

    /// <summary>Prompts, steps and guidance.</summary>
    public SampleSheet Sheet { get; } = sheet;

    /// <summary>Generates one sample a prompt, all in one batch, and writes the sheet.</summary>
    public void WriteSheet(
        Compute compute, WanTransformerConfig config, ParameterStore weights, Umt5Encoder encoder, WanTokenizer tokenizer, string pngPath)
    {
        using TensorScope scope = TensorScope.Open();
        using WanTransformer transformer = new(config, weights);
        int batch = Sheet.Prompts.Count, side = 8;
        SamplerOptions sampler = new() { Kind = SamplerKind.Euler, Steps = Sheet.Steps, Shift = Sheet.Shift, Guidance = Sheet.Guidance };
        RunInfo run = new(seed, chunkFrames, chunks * chunkFrames);
        using ChunkGenerator generator = new(compute, transformer, _method, sampler, run, batch, side, side);
        int[][] empty = [.. Sheet.Prompts.Select(_ => tokenizer.Encode(""))];
        generator.SetPrompt(encoder.Encode(compute, tokenizer.Encode(Sheet.Prompts)), encoder.Encode(compute, empty));
        Tensor all = Tensor.Empty([batch, config.InChannels, chunks * chunkFrames, side, side]);
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            CopyChunk(generator.Next(), all, chunk * chunkFrames);
        }
        Sheet.WriteDecoded(compute, all, pngPath);
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
