using LongTake.Tensors.Files;

namespace LongTake.Tensors.Optimizers;

/// <summary>Moves the parameters of a store along their gradients. One without a gradient is left alone.</summary>
public interface IOptimizer : IDisposable
{
    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <param name="learningRate">Learning rate of this step; the option's if null.</param>
    /// <param name="gradientScale">Factor on all gradients, for example from clipping.</param>
    void Step(float? learningRate = null, float gradientScale = 1f);

    /// <summary>Sets all gradients to zero and keeps their memory for the next pass.</summary>
    void ZeroGradients();

    /// <summary>
    /// The state by name, to be written to a checkpoint. The tensors are the optimiser's own, do not dispose them; only the step
    /// counter (<c>step</c>, I64 [1]) belongs to the caller's scope.
    /// </summary>
    IEnumerable<KeyValuePair<string, Tensor>> State();

    /// <summary>Takes over a saved state; training then goes on bit for bit as if it had not stopped.</summary>
    /// <param name="source">A checkpoint with the tensors of <see cref="State"/>.</param>
    /// <param name="prefix">Put before each name.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    void LoadState(ITensorSource source, string prefix = "");
}
