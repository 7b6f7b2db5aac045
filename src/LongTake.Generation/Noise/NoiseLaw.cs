namespace LongTake.Generation.Noise;

/// <summary>How the noise of neighbouring frames goes together. Each frame alone is standard normal under every law.</summary>
public enum NoiseLaw
{
    /// <summary>Not at all: z_t = e_t.</summary>
    Iid,

    /// <summary>z_t = rho z_(t-1) + sqrt(1 - rho^2) e_t; with negative rho the antiphase noise of FLEX.</summary>
    Ar1,

    /// <summary>The same, with coefficient -rho into odd frames of the video and +rho into even ones.</summary>
    AlternatingAr,

    /// <summary>The even mixture of two chains, one with +rho and one with -rho: nearest neighbours are uncorrelated, next ones rho^2.</summary>
    DualAr,

    /// <summary>z_t = (-1)^t sqrt(q) b + sqrt(1 - q) e_t with one b a chunk and t counted within it: -q, +q, -q and so on.</summary>
    Mirrored,
}

/// <summary>How far the correlation of noise reaches.</summary>
public enum NoiseScope
{
    /// <summary>Through the whole video, across the borders of chunks.</summary>
    Stream,

    /// <summary>Within a chunk; chunks are independent of each other.</summary>
    Chunk,

    /// <summary>Through the whole video, falling in a straight line to none at its end: rho_t = rho (1 - t / T).</summary>
    Decay,
}

/// <summary>What a few-step sampler noises its estimates with again.</summary>
public enum RenoiseLaw
{
    /// <summary>Independent noise, as the models were distilled with.</summary>
    None,

    /// <summary>Noise of the same law, a chain of its own for each step.</summary>
    SameLaw,
}
