using LongTake.Models.Vision;

namespace LongTake.Evaluation.Metrics.Networks.DreamSim;

/// <summary>One of the three networks of the ensemble.</summary>
/// <param name="Config">Which network.</param>
/// <param name="Transform">What happens to a frame before.</param>
/// <param name="Path">Where its weights lie; null when they are missing.</param>
/// <param name="Adapter">Folder of its adapter; null when it is missing.</param>
public sealed record DreamSimPart(VisionTransformerConfig Config, ImageTransform Transform, string? Path, string? Adapter);
