using System.Diagnostics;
using System.Runtime.CompilerServices;
using LongTake.Generation.Clips;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Memory;

namespace LongTake.Generation.Streaming;

/// <summary>
/// Tells a story as a stream of video: each chunk is decoded and handed on as soon as its latents are clean. Can stop and resume. Not thread-safe.
/// </summary>
public abstract class VideoGenerator : IDisposable
{
    private const string OptionPrefix = "option.";

    private readonly VideoOptions _options;

    /// <summary>Takes what all generators need.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="decoder">Latents to frames, from the start of a video; stays the caller's.</param>
    /// <param name="timeline">When scenes take effect.</param>
    /// <param name="options">Options.</param>
    /// <exception cref="ArgumentException">Frames are asked for and there is no decoder.</exception>
    private protected VideoGenerator(Compute compute, IChunkDecoder? decoder, StoryTimeline timeline, VideoOptions options)
    {
        if (options.Decode && decoder is null)
        {
            throw new ArgumentException(
                "There is no decoder to make frames with; give one, or set Decode to false for latents only.", nameof(decoder));
        }
        Compute = compute;
        Decoder = options.Decode ? decoder : null;
        Timeline = timeline;
        _options = options;
        Plan = null!;
    }

    /// <summary>What the run makes and needs.</summary>
    public GenerationPlan Plan { get; private protected init; }

    /// <summary>When scenes take effect.</summary>
    public StoryTimeline Timeline { get; }

    /// <summary>Chunks done.</summary>
    public long Chunk { get; private protected set; }

    /// <summary>Whether the story is told.</summary>
    public bool IsDone => Chunk >= Timeline.Chunks;

    /// <summary>Network calls so far; one counts once, whatever its batch.</summary>
    public abstract long NetworkCalls { get; }

    /// <summary>
    /// Tokens that the queries of the newest chunk attended to, mean over the layers of its last network call; with guidance, of one of its two sides.
    /// </summary>
    public abstract double AttendedTokens { get; }

    /// <summary>
    /// How the oldest frame held, a sink where there is one, looked from the newest chunk; null where nothing held stands farther away than the
    /// cache is long, so that there is no far frame to speak of. Source: flex.md 3.7.
    /// </summary>
    public virtual PhaseView? FarPhase => null;

    /// <summary>How often the method judged what it made and searched for better; null for methods that do not.</summary>
    public virtual SearchCounts? Searches => null;

    /// <summary>Whether there is something that a resumed run would not have to do again.</summary>
    public virtual bool HasProgress => Chunk > 0;

    private protected Compute Compute { get; }

    private protected IChunkDecoder? Decoder { get; }

    /// <summary>Share of the work that is done, 0 to 1; null without an end.</summary>
    private protected virtual double? Share => Timeline.Chunks is long n ? (double)Chunk / n : null;

    /// <summary>Network calls of the whole run as far as is known, where chunks do not tell how far it is; else null.</summary>
    private protected virtual long? AllCalls => Plan.NetworkCalls;

    /// <summary>Does the next unit of work on the calling thread: a chunk, or what comes before one is finished.</summary>
    /// <param name="cancellation">May end the unit early; the generator is then as it was before it.</param>
    /// <returns>The chunk that it finished, the caller's; null if none, or when the story is told.</returns>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public abstract VideoChunk? Advance(CancellationToken cancellation = default);

    /// <summary>Generates the next chunk on the calling thread.</summary>
    /// <returns>The chunk, the caller's; null when the story is told.</returns>
    public VideoChunk? Next()
    {
        while (!IsDone)
        {
            if (Advance() is VideoChunk chunk)
            {
                return chunk;
            }
        }
        return null;
    }

    /// <summary>
    /// Generates chunk after chunk on a thread of the pool. When cancelled the work that can be saved is finished, and the enumeration ends without an
    /// exception, so that <see cref="Save"/> can follow.
    /// </summary>
    /// <param name="progress">Told after each unit of work.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async IAsyncEnumerable<VideoChunk> GenerateAsync(
        IProgress<GenerationProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (VideoChunk? chunk in AdvanceAsync(progress, cancellationToken).ConfigureAwait(false))
        {
            if (chunk is not null)
            {
                yield return chunk;
            }
        }
    }

    /// <summary>As <see cref="GenerateAsync"/>, and also stops, with null, after units of work that finished no chunk, so that they can be saved.</summary>
    public async IAsyncEnumerable<VideoChunk?> AdvanceAsync(
        IProgress<GenerationProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long firstChunk = Chunk;
        double? firstShare = Share;
        VideoChunk? chunk = null;
        Func<bool> advance = () =>
        {
            try
            {
                chunk = Advance(cancellationToken);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        };
        while (!cancellationToken.IsCancellationRequested && !IsDone)
        {
            if (!await Task.Run(advance, CancellationToken.None).ConfigureAwait(false))
            {
                yield break;
            }
            progress?.Report(Progress(firstChunk, firstShare, watch.Elapsed));
            yield return chunk;
        }
    }

    /// <summary>Takes a snapshot between two units of work.</summary>
    /// <returns>The state, the caller's.</returns>
    /// <exception cref="InvalidOperationException">Nothing has been done yet.</exception>
    public abstract GenerationState Save();

    /// <summary>Goes on where a run with the same options stopped.</summary>
    /// <param name="state">Copied; stays the caller's.</param>
    /// <exception cref="Tensors.Files.CheckpointException">The state was saved by a run with other options or of another story, or is damaged.</exception>
    public abstract void Restore(GenerationState state);

    /// <summary>Gives the memory of the run back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the memory of the run back.</summary>
    private protected abstract void Dispose(bool disposing);

    /// <summary>The chunk that has just been made, decoded; counts it.</summary>
    /// <param name="latents">Clean latents [1, n, C, h, w]; go with the chunk.</param>
    /// <param name="prompt">What they were made under.</param>
    private protected VideoChunk Finish(Tensor latents, string prompt)
    {
        Tensor? frames = Decoder is null ? null : Decode(Decoder, latents);
        long first = VideoTime.ChunkStart(Chunk, _options.ChunkFrames);
        return new VideoChunk(Chunk++, first, prompt, latents, frames);
    }

    private Tensor Decode(IChunkDecoder decoder, Tensor latents)
    {
        using TensorScope scope = TensorScope.Open();
        Shape s = latents.Shape;
        Tensor input = Tensor.Empty([s[0], s[2], s[1], s[3], s[4]]);
        LatentLayout.Swap(latents, input);
        return TensorScope.Detach(PixelConversion.ToBytes(decoder.Decode(Compute, input)));
    }

    /// <summary>Writes down what a run that takes the state up must have in common with this one.</summary>
    private protected static void PutOptions(GenerationState state, IEnumerable<(string Name, string Value)> options)
    {
        foreach ((string name, string value) in options)
        {
            state.Put(OptionPrefix + name, value);
        }
    }

    /// <summary>Refuses a state of a run with other options.</summary>
    /// <param name="state">The state.</param>
    /// <param name="options">This run's.</param>
    /// <param name="remedy">What to resume with, for the message.</param>
    private protected static void RequireOptions(GenerationState state, IEnumerable<(string Name, string Value)> options, string remedy)
    {
        foreach ((string name, string value) in options)
        {
            string saved = state.Text(OptionPrefix + name);
            if (saved != value)
            {
                throw new CheckpointException(
                    $"The state was saved with {name} {saved}, not {value}; resume with {remedy} of the run that was stopped.");
            }
        }
    }

    private GenerationProgress Progress(long firstChunk, double? firstShare, TimeSpan elapsed)
    {
        long frames = VideoTime.ChunkStart(Chunk, _options.ChunkFrames);
        long made = frames - VideoTime.ChunkStart(firstChunk, _options.ChunkFrames);
        double rate = made / Math.Max(elapsed.TotalSeconds, 1e-9);
        double? share = Share;
        TimeSpan? remaining = share - firstShare is double done and > 0 ? elapsed * ((1 - share!.Value) / done) : null;
        return new GenerationProgress(
            Chunk, Timeline.Chunks, frames, frames / _options.FrameRate, rate, NativeMemoryPool.Shared.BytesInUse, remaining)
        {
            Share = share,
            Calls = NetworkCalls,
            AllCalls = AllCalls,
            FarPhase = FarPhase,
            Searches = Searches,
        };
    }
}
