namespace LongTake.Generation.Methods;

/// <summary>Kinds of causal models, by the sampler that they were made for.</summary>
[Flags]
public enum ModelFamilies
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Distilled to a few steps with fresh noise between them (Self-Forcing, LongLive).</summary>
    CausalFewStep = 1,

    /// <summary>Sampled in many steps of a solver, with or without guidance.</summary>
    CausalMultiStep = 2,

    /// <summary>All causal models.</summary>
    Causal = CausalFewStep | CausalMultiStep,
}
