using System.Globalization;
using LongTake.Generation.Cache;
using LongTake.Generation.Clips;
using LongTake.Generation.Context;
using LongTake.Generation.Stories;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>What a run will make and need, known before it starts.</summary>
public sealed record GenerationPlan
{
    /// <summary>Chunks; null if there is no end.</summary>
    public required long? Chunks { get; init; }

    /// <summary>Latent frames of a chunk.</summary>
    public required int ChunkFrames { get; init; }

    /// <summary>Frames of the video; null if there is no end.</summary>
    public long? Frames => Chunks is long n ? VideoTime.FramesOf(n * ChunkFrames) : null;

    /// <summary>What holds latent frames: "cache", or what a clip method holds.</summary>
    public string Holds { get; init; } = "cache";

    /// <summary>Network calls of the whole run, about, where chunks do not tell how far it is; else null.</summary>
    public long? NetworkCalls { get; init; }

    /// <summary>What makes it smaller.</summary>
    public string Remedy { get; init; } = "use a smaller window, a bf16 cache or a smaller picture";

    /// <summary>Latent frames that the cache holds.</summary>
    public required int CacheFrames { get; init; }

    /// <summary>Bytes of cached keys and values, those kept aside included; constant over the run.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Bytes of weights: transformer and decoder.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Bytes that the decoder works in.</summary>
    public required long DecoderBytes { get; init; }

    /// <summary>Bytes that the transformer works in, about.</summary>
    public required long WorkingBytes { get; init; }

    /// <summary>Bytes that there are.</summary>
    public required long AvailableBytes { get; init; }

    /// <summary>Bytes in all.</summary>
    public long TotalBytes => CacheBytes + WeightBytes + DecoderBytes + WorkingBytes;

    /// <summary>Refuses a run that would not fit.</summary>
    /// <exception cref="InsufficientMemoryException">It does not; the message says what needs how much, and what helps.</exception>
    public void Check()
    {
        if (TotalBytes > AvailableBytes)
        {
            throw new InsufficientMemoryException(
                $"The run needs {Size(TotalBytes)} ({Holds} of {CacheFrames} latent frames {Size(CacheBytes)}, " +
                $"weights {Size(WeightBytes)}, decoder {Size(DecoderBytes)}, network {Size(WorkingBytes)}), but there are {Size(AvailableBytes)}; " +
                $"{Remedy}.");
        }
    }

    internal static GenerationPlan For(
        WanTransformer transformer, IChunkDecoder? decoder, StoryTimeline timeline, GenerationOptions options, IContextPolicy context)
    {
        int cacheFrames = context.Capacity;
        int height = options.Height / options.SpatialStride;
        int width = options.Width / options.SpatialStride;
        WanTransformerConfig config = transformer.Config;
        int batch = options.Sampler.IsGuided ? 2 : 1;
        CacheLayout layout = CacheLayout.For(config, batch, height, width);

        // A change of the prompt may run the whole window through the network at once.
        long widest = options.ChunkFrames * (options.Method.Rolling?.MostBlocks ?? 1);
        long callFrames = timeline.Entries.Count > 1 ? Math.Max(widest, cacheFrames) : widest;
        long callTokens = batch * callFrames * layout.TokensPerFrame;
        long heldTokens = (long)batch * cacheFrames * layout.TokensPerFrame;

        // The rotated keys (and, stored as BF16, widened keys and values).
        long perHeld = sizeof(float) * (options.CacheType == DType.F32 ? 1L : 3L) * config.Dim;
        return new GenerationPlan
        {
            Chunks = timeline.Chunks,
            ChunkFrames = options.ChunkFrames,
            CacheFrames = cacheFrames,
            CacheBytes = layout.Bytes(cacheFrames + context.ArchivedFrames, options.CacheType),
            WeightBytes = transformer.Parameters.Bytes + (decoder?.WeightBytes ?? 0),
            DecoderBytes = decoder?.WorkingBytes(options.ChunkFrames, height, width) ?? 0,
            WorkingBytes = (callTokens * BytesPerToken(config)) + (heldTokens * perHeld),
            AvailableBytes = options.MemoryLimit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };
    }

    /// <summary>What a clip method needs.</summary>
    internal static GenerationPlan For(
        WanTransformer transformer, IChunkDecoder? decoder, StoryTimeline timeline, VideoOptions options, ClipRunInfo run, ClipPlan method)
    {
        WanTransformerConfig config = transformer.Config;
        int batch = options.Sampler.IsGuided ? 2 : 1;
        long tokens = batch * (long)method.CallFrames * config.GridOf(1, run.Height, run.Width).Count;

        // Beside what a token takes, its rotated queries and keys, the tokens of the prompts, and keys and values of those at hand.
        int prompts = run.PromptStarts.Count;
        long text = (long)config.TextLength * batch * config.Dim * (prompts + (2L * config.LayerCount * Math.Min(ClipNetwork.HeldPrompts, prompts)));
        return new GenerationPlan
        {
            Chunks = timeline.Chunks,
            ChunkFrames = options.ChunkFrames,
            CacheFrames = checked((int)method.LatentsHeld),
            CacheBytes = method.HeldBytes,
            Holds = method.Holds,
            Remedy = method.Remedy,
            NetworkCalls = method.Calls,
            WeightBytes = transformer.Parameters.Bytes + (decoder?.WeightBytes ?? 0),
            DecoderBytes = decoder?.WorkingBytes(options.ChunkFrames, run.Height, run.Width) ?? 0,
            WorkingBytes = (tokens * (BytesPerToken(config) + (sizeof(float) * 2L * config.Dim))) + (sizeof(float) * text),
            AvailableBytes = options.MemoryLimit ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };
    }

    /// <summary>At the widest place of a block: about eight activations of model width and two of the feed-forward.</summary>
    private static long BytesPerToken(WanTransformerConfig config) => sizeof(float) * ((8L * config.Dim) + (2L * config.FfnDim));

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => (bytes / 1e9).ToString("0.0", CultureInfo.InvariantCulture) + " GB",
        >= 1_000_000 => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB",
        _ => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
    };
}
