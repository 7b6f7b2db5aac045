namespace LongTake.Generation.Clips;

/// <summary>Chooses earlier latents that are put in front of a window's own, to be seen and not changed.</summary>
public interface IWindowGuidance
{
    /// <summary>Latents of guidance; windows that start before so many have none.</summary>
    int Count { get; }

    /// <summary>Chooses.</summary>
    /// <param name="start">Index of the window's first own latent, at least <see cref="Count"/>.</param>
    /// <param name="indices">Takes <see cref="Count"/> indices below <paramref name="start"/>, rising.</param>
    void Choose(int start, Span<int> indices);
}
