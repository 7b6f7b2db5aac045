using LongTake.Tensors;

namespace LongTake.Alignment.Baselines;

/// <summary>One network call that is learned from. Its tensors belong to whoever made it.</summary>
/// <param name="Chunk">Chunk of the branch, from 0 at the fork.</param>
/// <param name="Step">Solver step; -1 where the noise level is none of the sampler's.</param>
/// <param name="X">What the network is given, [1, C, n, H, W].</param>
/// <param name="Timestep">What it is told.</param>
/// <param name="Sigma">Noise level.</param>
/// <param name="Target">What the objective compares with, of the same shape: the state that followed, or the velocity to be predicted.</param>
internal sealed record Probe(int Chunk, int Step, Tensor X, float Timestep, float Sigma, Tensor Target)
{
    /// <summary>What the policy that acted predicted here, if it was recorded.</summary>
    public Tensor? Acting { get; init; }
}

/// <summary>Velocities at a probe, in double precision: small differences of them are what objectives are made of.</summary>
/// <param name="Predicted">Under the policy that is trained.</param>
/// <param name="Acting">Under the policy that acted; empty where the objective does not ask for it.</param>
/// <param name="Reference">Under the initial policy; empty where divergence from it has no weight.</param>
internal readonly record struct ProbeVelocities(double[] Predicted, double[] Acting, double[] Reference);

/// <summary>An objective over the probes of a group: a sum of one term a probe.</summary>
internal interface IProbeObjective
{
    /// <summary>Whether terms need the velocities of the policy that acted.</summary>
    bool NeedsActing { get; }

    /// <summary>Whether anything is learned from a member.</summary>
    bool Uses(int member);

    /// <summary>A term of the loss.</summary>
    /// <param name="member">Member of the group.</param>
    /// <param name="probe">The call.</param>
    /// <param name="velocities">What was predicted there.</param>
    /// <param name="gradient">Takes the term's derivative with respect to each predicted velocity.</param>
    /// <returns>The term.</returns>
    double Term(int member, Probe probe, in ProbeVelocities velocities, Span<double> gradient);

    /// <summary>Figures of all terms so far.</summary>
    IReadOnlyList<KeyValuePair<string, double>> Figures { get; }
}
