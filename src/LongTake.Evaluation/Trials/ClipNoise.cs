using LongTake.Generation.Noise;
using LongTake.Tensors;

namespace LongTake.Evaluation.Trials;

/// <summary>Gives every sample of a batch the noise of a policy of its own, so that a video does not depend on what it is batched with.</summary>
internal sealed class ClipNoise(INoisePolicy[] policies) : INoisePolicy, IDisposable
{
    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise)
    {
        for (int i = 0; i < policies.Length; i++)
        {
            using TensorScope scope = TensorScope.Open();
            policies[i].Initial(firstFrame, noise.Rows(i, 1));
        }
    }

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise)
    {
        for (int i = 0; i < policies.Length; i++)
        {
            using TensorScope scope = TensorScope.Open();
            policies[i].Renoise(firstFrame, step, noise.Rows(i, 1));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (INoisePolicy policy in policies)
        {
            (policy as IDisposable)?.Dispose();
        }
    }
}
