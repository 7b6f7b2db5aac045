using LongTake.Generation.Noise;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Distillation;

/// <summary>Noise that belongs to a trajectory's number, not to its place in a batch: any batch size makes the same trajectories.</summary>
/// <param name="seed">Seed of the recipe.</param>
/// <param name="first">Number of the batch's first trajectory.</param>
internal sealed class TrajectoryNoise(ulong seed, int first) : INoisePolicy
{
    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise)
    {
        int count = (int)noise.Shape.CountOf(1, noise.Rank);
        for (int i = 0; i < noise.Shape[0]; i++)
        {
            ulong stream = ((ulong)(first + i) << 32) | (ulong)firstFrame;
            new CounterRandom(seed ^ 0x7472616A, stream).FillNormal(noise.Span.Slice(i * count, count));
        }
    }

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise) =>
        throw new NotSupportedException("A trajectory of the flow draws no noise after its start.");
}
