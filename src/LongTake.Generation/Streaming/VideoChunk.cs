using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>A piece of video as soon as it is done. Dispose it when it is used up: its memory serves the next.</summary>
public sealed class VideoChunk : IDisposable
{
    internal VideoChunk(long index, long firstFrame, string prompt, Tensor latents, Tensor? frames)
    {
        Index = index;
        FirstFrame = firstFrame;
        Prompt = prompt;
        Latents = latents;
        Frames = frames;
    }

    /// <summary>Number of the chunk, from 0.</summary>
    public long Index { get; }

    /// <summary>Number of its first frame in the video.</summary>
    public long FirstFrame { get; }

    /// <summary>The prompt it was made under.</summary>
    public string Prompt { get; }

    /// <summary>Clean latents [1, n, C, h, w].</summary>
    public Tensor Latents { get; }

    /// <summary>RGB bytes [F, H, W, 3]; null when only latents were asked for.</summary>
    public Tensor? Frames { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Latents.Dispose();
        Frames?.Dispose();
    }
}
