using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>
/// One call of a bidirectional network: what goes in and what comes out. Made once for each number of frames and filled again for every call, so that
/// calls allocate nothing.
/// </summary>
public sealed class ClipCall : IDisposable
{
    private readonly float[] _timesteps;
    private readonly int[] _prompts;
    private readonly long[] _places;
    private readonly int _size;

    /// <summary>Makes a call.</summary>
    /// <param name="frames">Latent frames F.</param>
    /// <param name="latent">Shape of a latent frame [C, h, w].</param>
    public ClipCall(int frames, Shape latent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        Frames = frames;
        _size = checked((int)latent.Count);
        _timesteps = new float[frames];
        _prompts = new int[frames];
        _places = new long[frames];
        Latents = TensorScope.Detach(Tensor.Zeros([1, frames, latent[0], latent[1], latent[2]]));
        Velocity = TensorScope.Detach(Tensor.Zeros(Latents.Shape));
    }

    /// <summary>Latent frames F.</summary>
    public int Frames { get; }

    /// <summary>Noisy latents [1, F, C, h, w].</summary>
    public Tensor Latents { get; }

    /// <summary>Takes the result, noise minus clean latents, guidance included: [1, F, C, h, w].</summary>
    public Tensor Velocity { get; }

    /// <summary>What the network is told of each frame's noise (<see cref="LatentSolver.Timestep"/>).</summary>
    public Span<float> Timesteps => _timesteps;

    /// <summary>Number of each frame's prompt (<see cref="ClipRunInfo.PromptAt"/>).</summary>
    public Span<int> Prompts => _prompts;

    /// <summary>Place of each frame in the video. The transformer does not look at it (its positions are 0 ... F-1, or the attention's).</summary>
    public Span<long> Places => _places;

    /// <summary>Replaces self-attention in this call: other positions, frequencies, masks, fusion. Null (the default) is the network's own.</summary>
    public ISelfAttention? Attention { get; set; }

    /// <summary>How many blocks, from the first on, see <see cref="FirstPrompt"/> in all frames instead of each frame's own prompt. Default 0.</summary>
    public int FirstLayers { get; set; }

    /// <summary>Number of the prompt that the first blocks see (<see cref="FirstLayers"/>).</summary>
    public int FirstPrompt { get; set; }

    /// <summary>The noisy latent of a frame, C h w numbers.</summary>
    public Span<float> LatentOf(int frame) => Latents.Span.Slice(frame * _size, _size);

    /// <summary>The result for a frame, C h w numbers.</summary>
    public Span<float> VelocityOf(int frame) => Velocity.Span.Slice(frame * _size, _size);

    /// <summary>Puts a latent into the call.</summary>
    /// <param name="frame">Its frame in the call.</param>
    /// <param name="latent">C h w numbers; copied.</param>
    /// <param name="timestep">What the network is told of its noise.</param>
    /// <param name="prompt">Number of its prompt.</param>
    /// <param name="place">Its place in the video.</param>
    public void Set(int frame, ReadOnlySpan<float> latent, float timestep, int prompt, long place)
    {
        latent.CopyTo(LatentOf(frame));
        _timesteps[frame] = timestep;
        _prompts[frame] = prompt;
        _places[frame] = place;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Latents.Dispose();
        Velocity.Dispose();
    }
}
