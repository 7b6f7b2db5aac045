using System.Buffers.Binary;
using LongTake.Generation.Cache;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Frequencies;

/// <summary>
/// Frequencies that depend on how far the video reaches beyond the trained length: angle = position x modulated frequency, the same
/// frequencies for queries and keys of a chunk. At scale 1 they are the model's own, bit for bit.
/// Source: flex.md 3.7.
/// </summary>
/// <param name="scale">How far the video reaches.</param>
public abstract class ModulatedFrequencies(FrequencyScale scale) : IFrequencyPolicy, IStatefulPart
{
    /// <summary>How far the video reaches.</summary>
    public FrequencyScale Scale { get; } = scale;

    /// <inheritdoc/>
    public void Angles(in CacheCall call, int table, double position, ReadOnlySpan<double> standard, Span<double> angles)
    {
        Frequencies(Scale.Of(call), standard, angles);
        for (int i = 0; i < angles.Length; i++)
        {
            angles[i] *= position;
        }
    }

    /// <summary>The frequencies at a scale.</summary>
    /// <param name="scale">Reach over trained length; 1 and less is the trained length.</param>
    /// <param name="standard">The model's temporal frequencies, one a pair of channels, in radians a latent frame.</param>
    /// <param name="frequencies">Takes the modulated ones.</param>
    public void Frequencies(double scale, ReadOnlySpan<double> standard, Span<double> frequencies)
    {
        Check(standard);
        if (scale <= 1)
        {
            standard.CopyTo(frequencies);
            return;
        }
        Modulate(scale, standard, frequencies);
    }

    /// <summary>The length that a scale was fixed by, to tell a resumed run of another length; 8 bytes.</summary>
    public byte[] SaveState()
    {
        byte[] state = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(state, Scale.TotalFrames ?? 0);
        return state;
    }

    /// <inheritdoc/>
    /// <exception cref="CheckpointException">The state is none, or of a run whose frequencies were for another length.</exception>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        if (state.Length != 8)
        {
            throw new CheckpointException("This is no saved state of rotary frequencies; it is damaged.");
        }
        long saved = BinaryPrimitives.ReadInt64LittleEndian(state);
        if (saved != (Scale.TotalFrames ?? 0))
        {
            throw new CheckpointException(
                $"The state was saved by a run whose frequencies were fixed for {saved} latent frames, not {Scale.TotalFrames ?? 0}; " +
                "resume with the same length, or start anew with scale=dynamic.");
        }
    }

    /// <summary>The frequencies at a scale above 1.</summary>
    protected abstract void Modulate(double scale, ReadOnlySpan<double> standard, Span<double> frequencies);

    /// <summary>Refuses a model whose frequencies do not fit, at whatever scale.</summary>
    protected virtual void Check(ReadOnlySpan<double> standard)
    {
    }
}
