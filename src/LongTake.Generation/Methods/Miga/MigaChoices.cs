namespace LongTake.Generation.Methods.Miga;

/// <summary>What the queue begins with. Source: miga.md 4.2.</summary>
public enum QueueStart
{
    /// <summary>A clip sampled as usual and noised to the levels of the tail.</summary>
    Clip,

    /// <summary>Noise alone: the first latents grow up without predecessors.</summary>
    Noise,
}

/// <summary>When the queue has grown up, so that the borders of the windows begin to move. Source: miga.md 4.2 and 4.5.</summary>
public enum GrowthEnd
{
    /// <summary>When its head is one pass before it leaves.</summary>
    Paper,

    /// <summary>One pass earlier.</summary>
    Code,
}

/// <summary>Where self-reflection looks. Source: miga.md 5.2.</summary>
public enum ReflectionSpan
{
    /// <summary>At every pass.</summary>
    All,

    /// <summary>Only while the queue grows, as in the authors' code; longer videos are not looked at after that.</summary>
    Growth,
}

/// <summary>Whose timestep modulates the network's head. Source: miga.md 2.1.</summary>
public enum HeadModulation
{
    /// <summary>Each latent's own.</summary>
    Latent,

    /// <summary>That of the first latent of the call, an oversight in the authors' code.</summary>
    First,
}
