namespace LongTake.Generation.Methods.Miga;

/// <summary>What the queue begins with. Source: miga.md 4.2.</summary>
public enum QueueStart
{
    /// <summary>A clip sampled as usual and noised to the levels of the tail.</summary>
    Clip,

    /// <summary>Noise alone: the first latents grow up without predecessors.</summary>
    Noise,
}

/// <summary>How the queue grows up, after which the borders of windows may move. Source: miga.md 4.2, 4.3 and 4.5.</summary>
public enum QueueGrowth
{
    /// <summary>By passes like all others, until its head is one pass before it leaves.</summary>
    Paper,

    /// <summary>By passes whose windows have the remainder before the whole strides, and one pass less, as in the authors' code.</summary>
    Code,
}

/// <summary>Which earlier latents guide a window. Source: miga.md 6.</summary>
public enum GuidanceRule
{
    /// <summary>Spread evenly over all of the last m Z latents before the window, or over what there is nearer the head.</summary>
    Paper,

    /// <summary>The fixed distances of the authors' code: up to two latents nearer, and near the head counted back from the window.</summary>
    Code,
}

/// <summary>The level that latents count as being at where unified steps begin. Source: miga.md 4.5.</summary>
public enum UnifiedLabel
{
    /// <summary>The one that they are at.</summary>
    Paper,

    /// <summary>One noisier, an oversight in the authors' Wan code: unified steps end one step short of clean, which a refinement hides.</summary>
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
