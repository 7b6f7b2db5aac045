namespace LongTake.Generation.Noise;

/// <summary>
/// z_t = rho z_(t-1) + sqrt(1 - rho^2) e_t along the frames of a video, one latent frame of every sample remembered in single precision, so that
/// variance stays 1 however long the chain.
/// </summary>
internal sealed class NoiseChain
{
    private float[] _state = [];

    /// <summary>The frame that continues the chain; -1 before its first one.</summary>
    public long Next { get; set; } = -1;

    /// <summary>The newest frame of all samples.</summary>
    public ReadOnlySpan<float> State => _state;

    /// <summary>Makes room for so many numbers; forgets nothing if there are as many already.</summary>
    public void Reserve(int count)
    {
        if (_state.Length != count)
        {
            _state = new float[count];
            Next = -1;
        }
    }

    /// <summary>Takes a saved frame up.</summary>
    public void Restore(long next, ReadOnlySpan<float> state)
    {
        _state = state.ToArray();
        Next = next;
    }

    /// <summary>One frame of one sample on.</summary>
    /// <param name="starts">Whether the chain starts with this frame.</param>
    /// <param name="rho">Correlation with the frame before.</param>
    /// <param name="offset">Where the sample lies in the state.</param>
    /// <param name="z">Independent noise, which becomes the chain's.</param>
    public void Step(bool starts, double rho, int offset, Span<float> z)
    {
        Span<float> state = _state.AsSpan(offset, z.Length);
        if (!starts)
        {
            double fresh = Math.Sqrt(1 - (rho * rho));
            for (int i = 0; i < z.Length; i++)
            {
                z[i] = (float)((rho * state[i]) + (fresh * z[i]));
            }
        }
        z.CopyTo(state);
    }
}
