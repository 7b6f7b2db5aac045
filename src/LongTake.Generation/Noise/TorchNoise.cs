using System.Buffers.Binary;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Noise;

/// <summary>
/// The numbers that the Python pipelines draw from PyTorch's CPU generator for a seed: the whole clip's noise first, then fresh noise in
/// order of use. The same seed gives the same video here and there, but only for the same length, and chunks must come in order.
/// Source: autoregressive-streaming.md, pitfall 28.
/// </summary>
/// <param name="seed">Seed of the video.</param>
/// <param name="frames">Latent frames that are drawn at once: the clip, without context frames that were given.</param>
public sealed class TorchNoise(ulong seed, int frames) : INoisePolicy, IStatefulPart, IDisposable
{
    private TorchRandom _random = new(seed);
    private byte[]? _restored;
    private Tensor? _clip;
    private long _offset = -1;

    /// <summary>The noise of a run, for <see cref="StreamingMethod.Noise"/>.</summary>
    /// <exception cref="ArgumentException">The run has no end.</exception>
    public static INoisePolicy For(RunInfo run) => new TorchNoise(
        run.Seed, run.TotalFrames ?? throw new ArgumentException(
            "PyTorch's noise is drawn for a whole video at once; give the video's length, or use the independent noise."));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The clip is longer than was said.</exception>
    public void Initial(long firstFrame, Tensor noise)
    {
        Shape s = noise.Shape;
        if (_offset < 0)
        {
            _offset = firstFrame;
        }
        if (_clip is null)
        {
            _clip = TensorScope.Detach(_random.Normal(s.With(1, frames)));
            if (_restored is not null)
            {
                _random = TorchRandom.FromState(_restored);
                _restored = null;
            }
        }
        long start = firstFrame - _offset;
        if (start + s[1] > frames)
        {
            throw new InvalidOperationException(
                $"PyTorch's noise was drawn for {frames} latent frames and the video goes on after them; " +
                "give its length, or use the independent noise.");
        }
        int size = checked((int)s.CountOf(2, s.Rank));
        for (int b = 0; b < s[0]; b++)
        {
            _clip.Span.Slice(checked((int)((b * frames) + start)) * size, s[1] * size).CopyTo(noise.Span[(b * s[1] * size)..]);
        }
    }

    /// <inheritdoc/>
    public void Renoise(long firstFrame, int step, Tensor noise)
    {
        using TensorScope scope = TensorScope.Open();
        noise.CopyFrom(_random.Normal(noise.Shape));
    }

    /// <inheritdoc/>
    public byte[] SaveState()
    {
        byte[] state = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(state, _offset);
        return [.. state, .. _restored ?? _random.SaveState()];
    }

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        if (state.Length < 8)
        {
            throw new ArgumentException("This is no saved state of PyTorch's noise.", nameof(state));
        }
        _offset = BinaryPrimitives.ReadInt64LittleEndian(state);
        _clip?.Dispose();
        _clip = null;

        // Before its first use the generator stands at the seed; afterwards the clip is drawn again before the state is taken up.
        _random = new TorchRandom(seed);
        _restored = _offset < 0 ? null : state[8..].ToArray();
    }

    /// <summary>Frees the clip's noise.</summary>
    public void Dispose() => _clip?.Dispose();
}
