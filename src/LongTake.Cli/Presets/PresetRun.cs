using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Cli.Presets;

/// <summary>A run of a method for the sake of what it costs: latents only, under an empty prompt, brought to the steady state.</summary>
internal sealed class PresetRun : IDisposable
{
    private readonly StreamingGenerator _generator;

    /// <summary>Prepares a run.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="transformer">The network.</param>
    /// <param name="options">Method, sampler and sizes; decoding is left out.</param>
    /// <param name="facts">What is known of the preset.</param>
    /// <param name="trainedFrames">Latent frames of a training clip, the length at which methods that grow are looked at.</param>
    /// <param name="chunks">Chunks that will be looked at.</param>
    public PresetRun(Compute compute, WanTransformer transformer, GenerationOptions options, PresetFacts facts, int trainedFrames, int chunks)
    {
        // One more than fill the cache: from then on each chunk is like the one before.
        int held = facts.Grows ? trainedFrames : facts.CachedFrames!.Value;
        WarmUp = ((held + options.ChunkFrames - 1) / options.ChunkFrames) + (facts.Grows ? -1 : 1);
        WarmUp = Math.Max(1, WarmUp);
        _generator = new StreamingGenerator(
            compute,
            transformer,
            null,
            new BlankPrompts(transformer.Config.TextDim),
            Story.FromPrompt("anything", facts.Grows ? StoryTime.Chunks(WarmUp + chunks) : null),
            options with { Decode = false });
    }

    /// <summary>Chunks until the steady state.</summary>
    public int WarmUp { get; }

    /// <summary>Makes a chunk.</summary>
    public void Next() => _generator.Next()!.Dispose();

    /// <summary>Makes a chunk and says what it took.</summary>
    public PresetCosts Look()
    {
        long calls = _generator.NetworkCalls;
        long frames = _generator.ComputedFrames;
        Next();
        return new PresetCosts(
            _generator.NetworkCalls - calls, _generator.ComputedFrames - frames, _generator.AttendedTokens / _generator.TokensPerFrame);
    }

    public void Dispose() => _generator.Dispose();

    private sealed class BlankPrompts(int width) : IPromptEncoder
    {
        public Tensor[] Encode(Compute compute, IReadOnlyList<string> prompts) => [.. prompts.Select(_ => Tensor.Zeros([1, 1, width]))];
    }
}
