namespace LongTake.Evaluation.Shapes;

/// <summary>A frame rate and a training length: how long "1x" is. Source: the length table of spec/benchmarks.md section 4.3.</summary>
/// <param name="Name">Name in files and reports.</param>
/// <param name="FramesPerSecond">Frame rate; all speeds of the world are per second.</param>
/// <param name="UnitLatents">Latent frames of one unit (1x).</param>
public sealed record VideoProfile(string Name, int FramesPerSecond, int UnitLatents)
{
    /// <summary>16 frames per second, 21 latents (81 frames, 5.06 s) per unit.</summary>
    public static VideoProfile Standard { get; } = new("standard", 16, 21);

    /// <summary>8 frames per second, 9 latents (33 frames, 4.13 s) per unit.</summary>
    public static VideoProfile Light { get; } = new("light", 8, 9);

    /// <summary>Chunks of one unit.</summary>
    public int UnitChunks => UnitLatents / FrameGrid.ChunkLatents;

    /// <summary>Frames of a video of that many units.</summary>
    public int Frames(int units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        return FrameGrid.Frames(units * UnitLatents);
    }

    /// <summary>The profile of a frame rate.</summary>
    /// <exception cref="ArgumentException">Neither profile has that rate.</exception>
    public static VideoProfile OfRate(int framesPerSecond) => framesPerSecond switch
    {
        16 => Standard,
        8 => Light,
        _ => throw new ArgumentException(
            $"The Shapes world has profiles of 16 and 8 frames per second, not {framesPerSecond}.", nameof(framesPerSecond)),
    };
}

/// <summary>
/// Which frames a latent or a chunk stands for when the VAE compresses time by 4: latent 0 is frame 0, latent j is frames
/// 4j-3 .. 4j. A chunk is three latents. Source: spec/benchmarks.md section 4.3.
/// </summary>
public static class FrameGrid
{
    /// <summary>Latents per chunk.</summary>
    public const int ChunkLatents = 3;

    /// <summary>Frames of a video of that many latents.</summary>
    public static int Frames(int latents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latents, 1);
        return 4 * (latents - 1) + 1;
    }

    /// <summary>Latents of a video of that many frames, the last one whole or begun.</summary>
    public static int Latents(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        return (frames + 2) / 4 + 1;
    }

    /// <summary>First frame of a latent.</summary>
    public static int LatentStart(int latent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(latent);
        return latent == 0 ? 0 : 4 * latent - 3;
    }

    /// <summary>First frame of a chunk: 0, then 12c - 3.</summary>
    public static int ChunkStart(int chunk) => LatentStart(chunk * ChunkLatents);

    /// <summary>Chunks of a video of that many frames, the last one whole or begun.</summary>
    public static int Chunks(int frames) => (Latents(frames) + ChunkLatents - 1) / ChunkLatents;
}
