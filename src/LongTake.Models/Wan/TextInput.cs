using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// What cross-attention of a call sees: one set of prompts for all frames (<see cref="TextContext"/>), prompts that change from frame to frame
/// (<see cref="FrameTexts"/>), or others in the first blocks than in the rest (<see cref="LayeredTexts"/>).
/// </summary>
public abstract class TextInput
{
    private protected TextInput()
    {
    }

    /// <summary>Number of samples B that there are prompts for.</summary>
    public abstract int BatchSize { get; }

    /// <summary>Cross-attention of a block.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="layer">Index of the block.</param>
    /// <param name="block">The block.</param>
    /// <param name="q">Queries [B, N, H, D], frame after frame.</param>
    /// <returns>[B, N, H, D].</returns>
    internal abstract Tensor Attend(Compute compute, int layer, WanBlock block, Tensor q);

    /// <summary>Refuses a call that the prompts do not fit.</summary>
    internal virtual void Check(int samples, int frames)
    {
        if (BatchSize != samples)
        {
            throw new ArgumentException($"{samples} samples need as many prompts, not {BatchSize}.");
        }
    }
}
