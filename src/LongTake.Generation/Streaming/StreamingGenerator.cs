using LongTake.Generation.Frequencies;
using LongTake.Generation.Stories;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>
/// Tells a story as a stream of video: prompts are encoded once, then each chunk is generated, decoded and handed on before the next
/// begins.
/// Memory is constant over the run. Can stop and resume at any chunk. Not thread-safe.
/// <code>
/// using StreamingGenerator generator = new(compute, transformer, decoder, encoder, story, options);
/// await foreach (VideoChunk chunk in generator.GenerateAsync())
/// {
///     using (chunk) { Show(chunk.Frames); }
/// }
/// </code>
/// </summary>
public sealed partial class StreamingGenerator : VideoGenerator
{
    private readonly GenerationOptions _options;
    private readonly WanTransformer _transformer;
    private readonly ChunkGenerator _generator;
    private readonly Tensor[] _prompts;
    private readonly Tensor? _negative;
    private int _entry = -1;

    /// <summary>Plans the run, checks that it fits in memory, encodes all prompts and takes the cache's memory.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="transformer">The causal network; stays the caller's.</param>
    /// <param name="decoder">Latents to frames, from the start of a video; stays the caller's. Null for latents only.</param>
    /// <param name="encoder">Prompts to features; not used any more after the constructor.</param>
    /// <param name="story">What is to be seen.</param>
    /// <param name="options">Options.</param>
    /// <exception cref="ArgumentException">Options are out of range or conflict; the message names them.</exception>
    /// <exception cref="StoryException">The story's times do not fit together.</exception>
    /// <exception cref="InsufficientMemoryException">The run does not fit in memory.</exception>
    public StreamingGenerator(
        Compute compute, WanTransformer transformer, IChunkDecoder? decoder, IPromptEncoder encoder, Story story, GenerationOptions options)
        : base(compute, decoder, Check(story, options), options)
    {
        _options = options;
        _transformer = transformer;
        RunInfo run = RunOf(Timeline, options);
        Plan = GenerationPlan.For(transformer, Decoder, Timeline, options, options.Method.Context(run));
        Plan.Check();
        _generator = new ChunkGenerator(
            compute,
            transformer,
            options.Method,
            options.Sampler,
            run,
            batch: 1,
            options.Height / options.SpatialStride,
            options.Width / options.SpatialStride,
            options.CacheType);
        Decoder?.Reset();
        List<string> texts = [.. Timeline.Entries.Select(e => e.Scene.Prompt)];
        if (options.Sampler.IsGuided)
        {
            texts.Add(options.NegativePrompt);
        }
        _prompts = encoder.Encode(compute, texts);
        foreach (Tensor t in _prompts)
        {
            TensorScope.Detach(t);
        }
        _negative = options.Sampler.IsGuided ? _prompts[^1] : null;
    }

    /// <inheritdoc/>
    public override double AttendedTokens => _generator.Cache.AttendedTokens;

    /// <inheritdoc/>
    public override PhaseView? FarPhase => _generator.Cache.OldestPhase is { } phase && phase.Distance >= _generator.Cache.Capacity ? phase : null;

    /// <summary>Tokens of a latent frame.</summary>
    public int TokensPerFrame => _generator.Cache.Layout.TokensPerFrame;

    /// <inheritdoc/>
    public override long NetworkCalls => _generator.NetworkCalls;

    /// <summary>Latent frames that went through the network so far, in all its calls.</summary>
    public long ComputedFrames => _generator.ComputedFrames;

    /// <summary>The part that makes latents.</summary>
    internal ChunkGenerator Latents => _generator;

    /// <summary>Generates the next chunk on the calling thread; it is finished even if it is cancelled meanwhile.</summary>
    /// <param name="cancellation">Not looked at.</param>
    /// <returns>The chunk, the caller's; null when the story is told.</returns>
    public override VideoChunk? Advance(CancellationToken cancellation = default)
    {
        if (IsDone)
        {
            return null;
        }
        SetPromptOfChunk();
        Tensor latents = TensorScope.Detach(_generator.Next());
        return Finish(latents, Timeline.Entries[_entry].Scene.Prompt);
    }

    private protected override void Dispose(bool disposing)
    {
        _generator.Dispose();
        foreach (Tensor t in _prompts)
        {
            t.Dispose();
        }
    }
}
