using LongTake.Models.Wan;

namespace LongTake.Generation.WholeVideos;

/// <summary>Self-attention that does not do the same at every noise level.</summary>
public interface IStepAttention : ISelfAttention
{
    /// <summary>Said before the network call of a step.</summary>
    /// <param name="step">Which step, from 0.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="timestep">What the network is told of the noise, 0 to 1000.</param>
    void BeginStep(int step, int steps, float timestep);
}
