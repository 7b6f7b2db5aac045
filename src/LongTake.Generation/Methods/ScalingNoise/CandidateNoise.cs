using LongTake.Generation.Clips;
using LongTake.Generation.Noise;
using LongTake.Generation.Spectra;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Methods.ScalingNoise;

/// <summary>Where a candidate's noise comes from.</summary>
internal enum NoiseAction
{
    /// <summary>Drawn independently.</summary>
    Fresh,

    /// <summary>The neighbour, noised to the top level.</summary>
    Renoised,

    /// <summary>Low spatial frequencies of the neighbour, high ones drawn.</summary>
    LowFrequencies,

    /// <summary>Something between the noised neighbour and a draw, element by element, of unit variance.</summary>
    Neighbourhood,
}

/// <summary>
/// Candidates for the noise that enters the queue, beside the one that is there already, which is FIFO's. Chance decides how each is made.
/// Source: fifo-and-sliding-window.md 8, step 1.
/// </summary>
internal sealed class CandidateNoise : IDisposable
{
    // Streams that no other purpose of clip methods uses.
    private const int ChoiceSample = ClipNoise.MostCandidates + 2;
    private const int MixSample = ChoiceSample + 1;
    private const int Actions = 4;

    private readonly ulong _seed;
    private readonly LatentSolver _solver;
    private readonly SpectralFilter _filter;
    private readonly Tensor _drawn;
    private readonly Tensor _neighbour;

    /// <summary>Makes a source of candidates.</summary>
    /// <param name="run">Seed and sizes.</param>
    /// <param name="solver">Knows the top level.</param>
    /// <param name="lowPass">Width of the low-pass over rows and columns.</param>
    public CandidateNoise(ClipRunInfo run, LatentSolver solver, double lowPass)
    {
        _seed = run.Seed;
        _solver = solver;
        _filter = new SpectralFilter(1, run.Height, run.Width, lowPass, lowPass);
        _drawn = TensorScope.Detach(Tensor.Zeros([run.Model.InChannels, run.Height * run.Width, 1]));
        _neighbour = TensorScope.Detach(Tensor.Zeros(_drawn.Shape));
    }

    /// <summary>Draws a candidate.</summary>
    /// <param name="place">Place in the video that it is for.</param>
    /// <param name="number">Number of the candidate among those of all beams, from 1.</param>
    /// <param name="neighbour">The latent before it in the queue, nearly noise.</param>
    /// <param name="noise">Takes C h w numbers.</param>
    public void Draw(long place, int number, ReadOnlySpan<float> neighbour, Span<float> noise)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ClipNoise.Candidate(_seed, place, number, 0, noise);
        NoiseAction action = (NoiseAction)new CounterRandom(_seed, FrameNoise.StreamOf(ChoiceSample, place, number)).NextInt(Actions);
        switch (action)
        {
            case NoiseAction.Renoised:
                Renoise(place, number, neighbour);
                _neighbour.Span.CopyTo(noise);
                break;
            case NoiseAction.LowFrequencies:
                noise.CopyTo(_drawn.Span);
                neighbour.CopyTo(_neighbour.Span);
                SpectralBlend.Apply(null, _neighbour, _drawn, _filter);
                _drawn.Span.CopyTo(noise);
                break;
            case NoiseAction.Neighbourhood:
                Renoise(place, number, neighbour);
                Mix(new CounterRandom(_seed, FrameNoise.StreamOf(MixSample, place, number)), _neighbour.Span, noise);
                break;
            default:
                break;
        }
    }

    /// <summary>A number from 0 to 1 that decides between the two ways of choosing among beams.</summary>
    public double Chance(long place) => new CounterRandom(_seed, FrameNoise.StreamOf(ChoiceSample, place, 0)).NextDouble();

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _drawn.Dispose();
        _neighbour.Dispose();
    }

    private void Renoise(long place, int number, ReadOnlySpan<float> neighbour)
    {
        ClipNoise.Candidate(_seed, place, number, 1, _drawn.Span);
        _solver.AddNoise(neighbour, _drawn.Span, 0, _neighbour.Span);
    }

    private static void Mix(CounterRandom random, ReadOnlySpan<float> from, Span<float> noise)
    {
        for (int i = 0; i < noise.Length; i++)
        {
            double a = random.NextDouble();
            noise[i] = (float)((((1 - a) * from[i]) + (a * noise[i])) / Math.Sqrt(((1 - a) * (1 - a)) + (a * a)));
        }
    }
}
