namespace LongTake.Generation.Clips;

/// <summary>The small part of what a multistep solver remembers of one latent; the latents of its history lie beside it. Default: nothing.</summary>
/// <param name="Estimates">Estimates of the clean latent that are remembered.</param>
/// <param name="LastOrder">Order of the last prediction.</param>
public readonly record struct SolverMemory(int Estimates, int LastOrder);
