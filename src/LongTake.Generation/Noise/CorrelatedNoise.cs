using LongTake.Tensors;

namespace LongTake.Generation.Noise;

/// <summary>
/// Noise whose frames are correlated in time: standard normal in every element, independent from sample to sample, channel to channel and place to
/// place. It is made of independent draws addressed by (seed, sample, frame, draw) and carries one latent frame from chunk to chunk, so
/// that chunks of any length make the same noise as a whole clip, and a run can stop and resume. The chain starts with the first frame that is
/// generated, and anew where frames are passed over (given clean latents).
/// Source: flex.md 4.
/// </summary>
public sealed partial class CorrelatedNoise : INoisePolicy
{
    // Draws of a law's second source: the chain beside the first one, the pattern that is mirrored.
    private const int Companion = FrameNoise.MaxDraws / 2;

    private readonly ulong _seed;
    private readonly CorrelatedNoiseOptions _options;
    private readonly long _totalFrames;
    private readonly SortedDictionary<int, NoiseChain> _chains = [];
    private float[] _scratch = [];

    /// <summary>Makes the policy.</summary>
    /// <param name="seed">Seed of the video.</param>
    /// <param name="options">What it is like.</param>
    /// <param name="totalFrames">Latent frames of the video; needed where correlation decays.</param>
    /// <exception cref="ArgumentException">Options are out of range or conflict.</exception>
    public CorrelatedNoise(ulong seed, CorrelatedNoiseOptions options, int? totalFrames = null)
    {
        options.Validate();
        if (options.Scope == NoiseScope.Decay && totalFrames is not >= 1)
        {
            throw new ArgumentException("noise-scope=decay needs the length of the video; give one, or set noise-scope=stream.", nameof(totalFrames));
        }
        _seed = seed;
        _options = options;
        _totalFrames = options.Scope == NoiseScope.Decay ? totalFrames!.Value : 0;
    }

    /// <inheritdoc/>
    public void Initial(long firstFrame, Tensor noise) => Draw(firstFrame, 0, noise, _options.Law);

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step + 1, Companion);
        Draw(firstFrame, step + 1, noise, _options.Renoise == RenoiseLaw.SameLaw ? _options.Law : NoiseLaw.Iid);
    }

    /// <summary>Correlation of a frame with the one before, by the law and how far it reaches.</summary>
    /// <param name="frame">Place of the frame in the video.</param>
    internal double RhoAt(long frame)
    {
        double rho = _options.Coefficient;
        if (_options.Law == NoiseLaw.AlternatingAr && frame % 2 != 0)
        {
            rho = -rho;
        }
        return _totalFrames > 0 ? rho * Math.Max(0, 1 - ((double)frame / _totalFrames)) : rho;
    }

    private void Draw(long firstFrame, int draw, Tensor noise, NoiseLaw law)
    {
        Shape s = noise.Shape;
        int size = checked((int)s.CountOf(2, s.Rank));
        bool chained = law is NoiseLaw.Ar1 or NoiseLaw.AlternatingAr or NoiseLaw.DualAr;
        NoiseChain? chain = chained ? Chain(draw, s[0] * size) : null;
        NoiseChain? second = law == NoiseLaw.DualAr ? Chain(draw + Companion, s[0] * size) : null;
        bool follows = _options.Scope != NoiseScope.Chunk && chain?.Next == firstFrame;
        if (law is NoiseLaw.DualAr or NoiseLaw.Mirrored && _scratch.Length != size)
        {
            _scratch = new float[size];
        }
        for (int b = 0; b < s[0]; b++)
        {
            for (int f = 0; f < s[1]; f++)
            {
                long frame = firstFrame + f;
                bool starts = f == 0 && !follows;
                Span<float> z = noise.Span.Slice(((b * s[1]) + f) * size, size);
                FrameNoise.Draw(_seed, b, frame, draw, z);
                chain?.Step(starts, RhoAt(frame), b * size, z);
                if (second is not null)
                {
                    FrameNoise.Draw(_seed, b, frame, draw + Companion, _scratch);
                    second.Step(starts, -RhoAt(frame), b * size, _scratch);
                    Mix(z, 0.5, _scratch, 1);
                }
                else if (law == NoiseLaw.Mirrored)
                {
                    if (f == 0)
                    {
                        FrameNoise.Draw(_seed, b, firstFrame, draw + Companion, _scratch);
                    }
                    Mix(z, _options.Coefficient, _scratch, f % 2 == 0 ? 1 : -1);
                }
            }
        }
        SetNext(chain, firstFrame + s[1]);
        SetNext(second, firstFrame + s[1]);
    }

    /// <summary>z = sqrt(1 - share) z + sign sqrt(share) other: variance 1 if both have it and are independent.</summary>
    private static void Mix(Span<float> z, double share, ReadOnlySpan<float> other, int sign)
    {
        double own = Math.Sqrt(1 - share);
        double added = sign * Math.Sqrt(share);
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = (float)((own * z[i]) + (added * other[i]));
        }
    }

    private static void SetNext(NoiseChain? chain, long frame)
    {
        if (chain is not null)
        {
            chain.Next = frame;
        }
    }

    private NoiseChain Chain(int draw, int count)
    {
        if (!_chains.TryGetValue(draw, out NoiseChain? chain))
        {
            _chains[draw] = chain = new NoiseChain();
        }
        chain.Reserve(count);
        return chain;
    }
}
