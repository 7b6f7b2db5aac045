using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowMatching;

/// <summary>How much a batch holds.</summary>
/// <param name="Frames">Latent frames of a sample.</param>
/// <param name="Samples">Samples.</param>
public readonly record struct BatchSize(int Frames, int Samples);

/// <summary>Where a batch gets its clips and its randomness from.</summary>
/// <param name="Size">Size of the batch.</param>
/// <param name="Source">Clips to draw from.</param>
/// <param name="Choices">Draws clips, noise levels and captions.</param>
/// <param name="Number">Number of the batch's noise.</param>
/// <param name="FirstHeldOut">The batch's first clip, the others following it; null to draw each of the clips to train on at random.</param>
public sealed record ClipDraw(BatchSize Size, ClipSource Source, CounterRandom Choices, int Number, int? FirstHeldOut = null)
{
    /// <summary>Draws the clip of sample <paramref name="sample"/>, another at each call; the last held-out one stands in for those beyond it.</summary>
    public int DrawClip(int sample) => FirstHeldOut is int first ? Math.Min(first + sample, Source.Latents.Clips - 1) : Choices.NextInt(Source.ToTrainOn);
}
