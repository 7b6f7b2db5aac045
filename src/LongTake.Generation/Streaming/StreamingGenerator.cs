using System.Diagnostics;
using System.Runtime.CompilerServices;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Memory;

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
public sealed partial class StreamingGenerator : IDisposable
{
    private readonly Compute _compute;
    private readonly IChunkDecoder? _decoder;
    private readonly GenerationOptions _options;
    private readonly WanTransformer _transformer;
    private readonly StoryTimeline _timeline;
    private readonly ChunkGenerator _generator;
    private readonly Tensor[] _prompts;
    private readonly Tensor? _negative;
    private int _entry = -1;
    private long _chunk;

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
    {
        _timeline = Check(story, options);
        if (options.Decode && decoder is null)
        {
            throw new ArgumentException(
                "There is no decoder to make frames with; give one, or set Decode to false for latents only.", nameof(decoder));
        }
        _compute = compute;
        _decoder = options.Decode ? decoder : null;
        _options = options;
        _transformer = transformer;
        RunInfo run = RunOf(_timeline, options);
        Plan = GenerationPlan.For(transformer, _decoder, _timeline, options, options.Method.Context(run));
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
        _decoder?.Reset();
        List<string> texts = [.. _timeline.Entries.Select(e => e.Scene.Prompt)];
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

    /// <summary>What the run makes and needs.</summary>
    public GenerationPlan Plan { get; }

    /// <summary>When scenes take effect.</summary>
    public StoryTimeline Timeline => _timeline;

    /// <summary>Chunks done.</summary>
    public long Chunk => _chunk;

    /// <summary>
    /// Tokens that the queries of the newest chunk attended to, mean over the layers of its last network call; with guidance, of one of its two sides.
    /// </summary>
    public double AttendedTokens => _generator.Cache.AttendedTokens;

    /// <summary>
    /// How the oldest frame held, a sink where there is one, looked from the newest chunk; null where nothing held stands farther away than the
    /// cache is long, so that there is no far frame to speak of. Source: flex.md 3.7.
    /// </summary>
    public PhaseView? FarPhase => _generator.Cache.OldestPhase is { } phase && phase.Distance >= _generator.Cache.Capacity ? phase : null;

    /// <summary>Tokens of a latent frame.</summary>
    public int TokensPerFrame => _generator.Cache.Layout.TokensPerFrame;

    /// <summary>Network calls so far; one counts once, whatever its batch.</summary>
    public long NetworkCalls => _generator.NetworkCalls;

    /// <summary>Latent frames that went through the network so far, in all its calls.</summary>
    public long ComputedFrames => _generator.ComputedFrames;

    /// <summary>The part that makes latents.</summary>
    internal ChunkGenerator Latents => _generator;

    /// <summary>Generates the next chunk on the calling thread.</summary>
    /// <returns>The chunk, the caller's; null when the story is told.</returns>
    public VideoChunk? Next()
    {
        if (_chunk >= _timeline.Chunks)
        {
            return null;
        }
        SetPromptOfChunk();
        Tensor latents = TensorScope.Detach(_generator.Next());
        Tensor? frames = _decoder is null ? null : Decode(_decoder, latents);
        long first = VideoTime.ChunkStart(_chunk, _options.ChunkFrames);
        return new VideoChunk(_chunk++, first, _timeline.Entries[_entry].Scene.Prompt, latents, frames);
    }

    /// <summary>
    /// Generates chunk after chunk on a thread of the pool. When cancelled the chunk in work is finished and handed out, and the
    /// enumeration ends without an exception, so that <see cref="Save"/> can follow.
    /// </summary>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="cancellationToken">Ends the run after the chunk in work.</param>
    public async IAsyncEnumerable<VideoChunk> GenerateAsync(
        IProgress<GenerationProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long firstChunk = _chunk;
        Func<VideoChunk?> next = Next;
        while (!cancellationToken.IsCancellationRequested)
        {
            VideoChunk? chunk = await Task.Run(next, CancellationToken.None).ConfigureAwait(false);
            if (chunk is null)
            {
                yield break;
            }
            progress?.Report(Progress(firstChunk, watch.Elapsed));
            yield return chunk;
        }
    }

    /// <summary>Gives the memory of the run back.</summary>
    public void Dispose()
    {
        _generator.Dispose();
        foreach (Tensor t in _prompts)
        {
            t.Dispose();
        }
    }

    private Tensor Decode(IChunkDecoder decoder, Tensor latents)
    {
        using TensorScope scope = TensorScope.Open();
        Shape s = latents.Shape;
        Tensor input = Tensor.Empty([s[0], s[2], s[1], s[3], s[4]]);
        LatentLayout.Swap(latents, input);
        return TensorScope.Detach(PixelConversion.ToBytes(decoder.Decode(_compute, input)));
    }

    private GenerationProgress Progress(long firstChunk, TimeSpan elapsed)
    {
        long frames = VideoTime.ChunkStart(_chunk, _options.ChunkFrames);
        long made = frames - VideoTime.ChunkStart(firstChunk, _options.ChunkFrames);
        double rate = made / Math.Max(elapsed.TotalSeconds, 1e-9);
        TimeSpan? remaining = _timeline.Chunks is long n ? elapsed * ((double)(n - _chunk) / (_chunk - firstChunk)) : null;
        return new GenerationProgress(
            _chunk, _timeline.Chunks, frames, frames / _options.FrameRate, rate, NativeMemoryPool.Shared.BytesInUse, remaining)
        {
            FarPhase = FarPhase,
        };
    }
}
