namespace LongTake.Generation.Clips;

/// <summary>One network call of a pass over a queue.</summary>
/// <param name="Start">Index of its first latent.</param>
/// <param name="Frames">Latents from there on that it sees.</param>
/// <param name="KeepFrom">Index of the first latent whose result counts; the others are context.</param>
/// <param name="Keep">Latents whose results count.</param>
public readonly record struct PassWindow(int Start, int Frames, int KeepFrom, int Keep);
