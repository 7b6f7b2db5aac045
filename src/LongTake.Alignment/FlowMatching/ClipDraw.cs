using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowMatching;

/// <summary>Where a batch gets its clips and its randomness from.</summary>
/// <param name="Step">Step of the training, which decides how large the batch is and numbers its noise.</param>
/// <param name="Choices">Draws clips, noise levels and captions.</param>
/// <param name="Clips">Clips to draw from.</param>
/// <param name="FirstHeldOut">The batch's first clip, the others following it; null to draw each at random.</param>
public sealed record ClipDraw(int Step, CounterRandom Choices, int Clips, int? FirstHeldOut)
{
    /// <summary>Number of the noise tensor; held-out batches have noise that no step has.</summary>
    public int Noise => FirstHeldOut is int first ? -1 - first : Step;

    /// <summary>The clip of sample <paramref name="sample"/>; the last one stands in for those beyond it.</summary>
    public int Clip(int sample) => FirstHeldOut is int first ? Math.Min(first + sample, Clips - 1) : Choices.NextInt(Clips);
}
