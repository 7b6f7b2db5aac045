namespace LongTake.Generation.Schedulers;

/// <summary>
/// Integrates the flow from noise to a clean sample in a fixed number of steps, given the velocity at each. Knows
/// nothing of networks and owns its history, which it reuses from run to run.
/// <code>
/// solver.Begin(sample.Length);
/// for (int i = 0; i &lt; solver.Steps; i++) { solver.Step(velocity(sample, solver.Timesteps[i]), sample); }
/// </code>
/// </summary>
public abstract class FlowSolver
{
    private readonly float[] _sigmas;
    private readonly float[] _timesteps;

    private protected FlowSolver(double[] sigmas, bool wholeTimesteps)
    {
        _sigmas = Array.ConvertAll(sigmas, s => (float)s);
        _timesteps = new float[sigmas.Length - 1];
        for (int i = 0; i < _timesteps.Length; i++)
        {
            double t = sigmas[i] * FlowMatchSchedule.TrainTimesteps;
            _timesteps[i] = (float)(wholeTimesteps ? Math.Truncate(t) : t);
        }
    }

    /// <summary>Steps of a run: network evaluations per sample.</summary>
    public int Steps => _timesteps.Length;

    /// <summary>Steps + 1 noise levels, falling to 0.</summary>
    public IReadOnlyList<float> Sigmas => _sigmas;

    /// <summary>What the network is told at each step.</summary>
    public IReadOnlyList<float> Timesteps => _timesteps;

    /// <summary><see cref="Sigmas"/>, for loops.</summary>
    internal ReadOnlySpan<float> Levels => _sigmas;

    /// <summary>The step that comes next.</summary>
    public int Index { get; private set; }

    /// <summary>Elements of the sample in work.</summary>
    protected int Length { get; private set; }

    /// <summary>Starts a run: forgets all history.</summary>
    /// <param name="length">Elements of the sample.</param>
    public void Begin(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Index = 0;
        Length = length;
        OnBegin();
    }

    /// <summary>Moves <paramref name="sample"/> from level Sigmas[Index] to Sigmas[Index + 1], in place.</summary>
    /// <param name="velocity">The network's output at the present sample and timestep (noise minus clean).</param>
    /// <param name="sample">The present sample; becomes the next one.</param>
    /// <exception cref="InvalidOperationException">The run is over or was not begun.</exception>
    /// <exception cref="ArgumentException">A length is not that of the run.</exception>
    public void Step(ReadOnlySpan<float> velocity, Span<float> sample)
    {
        if (Length == 0 || Index >= Steps)
        {
            throw new InvalidOperationException(
                Length == 0 ? "Call Begin before the first step." : $"All {Steps} steps of this run are done; call Begin for another.");
        }
        if (velocity.Length != Length || sample.Length != Length)
        {
            throw new ArgumentException(
                $"This run is over {Length} elements, not {velocity.Length} velocities and {sample.Length} samples.", nameof(sample));
        }
        OnStep(velocity, sample);
        Index++;
    }

    /// <summary>Forgets history.</summary>
    protected virtual void OnBegin()
    {
    }

    /// <summary>Does one step.</summary>
    protected abstract void OnStep(ReadOnlySpan<float> velocity, Span<float> sample);

    /// <summary>Sigma of a level in double precision.</summary>
    private protected double Sigma(int index) => _sigmas[index];

    /// <summary>Signal level: 1 - sigma.</summary>
    private protected double Alpha(int index) => 1.0 - Sigma(index);

    /// <summary>Half the logarithm of the signal-to-noise ratio; -infinity at sigma 1, +infinity at sigma 0.</summary>
    private protected double Lambda(int index) => Math.Log(Alpha(index)) - Math.Log(Sigma(index));
}
