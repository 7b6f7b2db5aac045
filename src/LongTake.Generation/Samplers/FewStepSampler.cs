using LongTake.Generation.Noise;
using LongTake.Generation.Schedulers;
using LongTake.Tensors;

namespace LongTake.Generation.Samplers;

/// <summary>
/// The sampler of distilled models: each step jumps to the clean estimate, which is then noised again, with fresh noise, to the level of
/// the next step. Source: autoregressive-streaming.md 4.2.
/// </summary>
public sealed class FewStepSampler : IChunkSampler
{
    private readonly float[] _timesteps;
    private readonly float[] _sigmas;

    /// <summary>Makes the sampler.</summary>
    /// <param name="table">The noise levels that the model was distilled with.</param>
    /// <param name="steps">Falling list, for example 1000, 750, 500, 250.</param>
    /// <param name="warp">Whether the list names places in the table rather than timesteps.</param>
    /// <exception cref="ArgumentException">The list does not fall from at most 1000 to at least 1.</exception>
    public FewStepSampler(FlowMatchSchedule table, IReadOnlyList<int> steps, bool warp = true)
    {
        _timesteps = table.FewStepTimesteps(steps, warp);
        _sigmas = Array.ConvertAll(_timesteps, table.SigmaOf);
    }

    /// <summary>The released models' list.</summary>
    public static IReadOnlyList<int> DefaultSteps { get; } = [1000, 750, 500, 250];

    /// <summary>What the network is told at each step.</summary>
    public IReadOnlyList<float> Timesteps => _timesteps;

    /// <inheritdoc/>
    public int Evaluations => _timesteps.Length;

    /// <inheritdoc/>
    public int Redraws => _timesteps.Length - 1;

    /// <inheritdoc/>
    public void Denoise(IVelocityField network, INoisePolicy noise, long firstFrame, Tensor x)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor velocity = Tensor.Empty(x.Shape);
        Tensor fresh = Tensor.Empty(x.Shape);
        for (int k = 0; k < _timesteps.Length; k++)
        {
            network.Velocity(x, _timesteps[k], velocity);
            FlowMatchSchedule.ToClean(x.Span, velocity.Span, _sigmas[k], x.Span);
            if (k + 1 < _timesteps.Length)
            {
                noise.Renoise(firstFrame, k, fresh);
                FlowMatchSchedule.AddNoise(x.Span, fresh.Span, _sigmas[k + 1], x.Span);
            }
        }
    }
}
