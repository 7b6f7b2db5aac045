namespace LongTake.Generation.Streaming;

/// <summary>
/// Between latent frames, frames and chunks: the first latent frame decodes to one frame, every other to four.
/// Source: autoregressive-streaming.md 9 and pitfall 14.
/// </summary>
public static class VideoTime
{
    /// <summary>Frames a latent frame decodes to, from the second on.</summary>
    public const int FramesPerLatent = 4;

    /// <summary>Frames a second of the Wan 2.1 models.</summary>
    public const double DefaultFrameRate = 16;

    /// <summary>Frames that the first <paramref name="latents"/> latent frames decode to: 4 (T - 1) + 1.</summary>
    public static long FramesOf(long latents) => latents <= 0 ? 0 : (FramesPerLatent * (latents - 1)) + 1;

    /// <summary>Fewest latent frames that decode to at least so many frames.</summary>
    public static long LatentsFor(long frames) => frames <= 0 ? 0 : ((frames - 1 + FramesPerLatent - 1) / FramesPerLatent) + 1;

    /// <summary>Fewest whole chunks that decode to at least so many frames.</summary>
    public static long ChunksFor(long frames, int chunkFrames) => (LatentsFor(frames) + chunkFrames - 1) / chunkFrames;

    /// <summary>Number of a chunk's first frame.</summary>
    public static long ChunkStart(long chunk, int chunkFrames) => FramesOf(chunk * chunkFrames);

    /// <summary>The first chunk that starts at or after a frame.</summary>
    public static long ChunkAtOrAfter(long frame, int chunkFrames)
    {
        if (frame <= 0)
        {
            return 0;
        }

        // Chunk k > 0 starts at frame 4 (k n - 1) + 1 = 4 k n - 3.
        long stride = (long)FramesPerLatent * chunkFrames;
        return (frame + FramesPerLatent - 1 + stride - 1) / stride;
    }
}
