using LongTake.Generation.Streaming;

namespace LongTake.Generation.Noise;

/// <summary>What noise correlated in time is like. Source: flex.md 4.</summary>
public sealed record CorrelatedNoiseOptions
{
    /// <summary>FLEX's antiphase coefficient, by a third party's code of that name.</summary>
    public const double AntiphaseRho = -0.7;

    /// <summary>How the noise of neighbouring frames goes together. Default: a chain of first order.</summary>
    public NoiseLaw Law { get; init; } = NoiseLaw.Ar1;

    /// <summary>
    /// Coefficient of the law; null for its own: <c>ar1</c> -0.7, <c>alternating-ar</c> and <c>dual-ar</c> 0.9, <c>mirrored</c> 0.7 (there it is q,
    /// not negative). Its size is below 1.
    /// </summary>
    public double? Rho { get; init; }

    /// <summary>How far correlation reaches. Default: through the whole video.</summary>
    public NoiseScope Scope { get; init; } = NoiseScope.Stream;

    /// <summary>What estimates are noised with again. Default: independent noise.</summary>
    public RenoiseLaw Renoise { get; init; } = RenoiseLaw.None;

    /// <summary>The coefficient in force.</summary>
    public double Coefficient => Rho ?? DefaultRho(Law);

    /// <summary>The coefficient of a law where none is given.</summary>
    public static double DefaultRho(NoiseLaw law) => law switch
    {
        NoiseLaw.Ar1 => AntiphaseRho,
        NoiseLaw.AlternatingAr or NoiseLaw.DualAr => 0.9,
        NoiseLaw.Mirrored => 0.7,
        _ => 0,
    };

    /// <summary>Checks what does not depend on the run.</summary>
    /// <exception cref="ArgumentException">Values are out of range or conflict; the message names them.</exception>
    public void Validate()
    {
        if (!(Math.Abs(Coefficient) < 1))
        {
            throw new ArgumentException(
                $"rho is {Coefficient}; it lies between -1 and 1, without them: at 1 frames would be copies of each other.");
        }
        if (Law == NoiseLaw.Mirrored && Coefficient < 0)
        {
            throw new ArgumentException($"rho is {Coefficient}; for mirrored noise it is the share of the pattern that alternates, from 0 to below 1.");
        }
        if (Law == NoiseLaw.Mirrored && Scope != NoiseScope.Chunk)
        {
            throw new ArgumentException("noise=mirrored draws its pattern anew for each chunk; set noise-scope=chunk with it.");
        }
    }

    /// <summary>Makes the noise of a run.</summary>
    /// <param name="run">Seed and length.</param>
    /// <exception cref="ArgumentException">Values conflict, or the scope needs a length and the run has none.</exception>
    public INoisePolicy Create(RunInfo run)
    {
        Validate();
        if (Scope == NoiseScope.Decay && run.TotalFrames is null)
        {
            throw new ArgumentException("noise-scope=decay needs the length of the video; give one, or set noise-scope=stream.");
        }
        return Law == NoiseLaw.Iid ? new CounterNoise(run.Seed) : new CorrelatedNoise(run.Seed, this, run.TotalFrames);
    }
}
