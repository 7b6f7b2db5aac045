using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Cosines and sines of the rotation angles of N tokens, for <c>Compute.Rope</c>: [N, D/2], or [H, N, D/2] if heads
/// have angles of their own.
/// </summary>
/// <param name="Cos">The cosines.</param>
/// <param name="Sin">The sines.</param>
public readonly record struct RotaryTables(Tensor Cos, Tensor Sin);
