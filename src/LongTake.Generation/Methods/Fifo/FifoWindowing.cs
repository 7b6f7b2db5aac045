namespace LongTake.Generation.Methods.Fifo;

/// <summary>How the queue of FIFO-Diffusion is cut into network calls. Source: fifo-and-sliding-window.md 2.2 and 2.3.</summary>
public enum FifoWindowing
{
    /// <summary>
    /// Lookahead denoising: windows overlap by half, and each updates its noisier half with the cleaner half as context; half a clip of finished latents
    /// is the context of the first. Two calls a partition.
    /// </summary>
    Lookahead,

    /// <summary>Latent partitioning alone: one call a partition, all of it updated.</summary>
    Blocks,

    /// <summary>Windows that keep their first latents and see noisier followers, as the authors of MIGA run FIFO on Wan.</summary>
    KeepFirst,
}
