using System.Runtime.InteropServices;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Noise;

// What goes on from chunk to chunk: a latent frame a chain.
public sealed partial class CorrelatedNoise : IStatefulPart
{
    /// <summary>
    /// The chains in order of their draws: length that correlation decays over (0 for none), number of chains, and for each its draw, the frame that
    /// continues it, its size, and its numbers in single precision.
    /// </summary>
    public byte[] SaveState()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(_totalFrames);
        writer.Write(_chains.Count);
        foreach ((int draw, NoiseChain chain) in _chains)
        {
            writer.Write(draw);
            writer.Write(chain.Next);
            writer.Write(chain.State.Length);
            writer.Write(MemoryMarshal.AsBytes(chain.State));
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <inheritdoc/>
    /// <exception cref="CheckpointException">The state is none, or of a run whose correlation decays over another length.</exception>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        SortedDictionary<int, NoiseChain> chains = [];
        StateReader reader = new(state);
        long total = reader.Int64();
        int count = reader.Int32();
        for (int i = 0; i < count; i++)
        {
            int draw = reader.Int32();
            long next = reader.Int64();
            NoiseChain chain = new();
            chain.Restore(next, MemoryMarshal.Cast<byte, float>(reader.Bytes((long)reader.Int32() * sizeof(float))));
            chains[draw] = chain;
        }
        reader.End();
        if (total != _totalFrames)
        {
            throw new CheckpointException(
                $"The state was saved by a run whose noise decays over {total} latent frames, not {_totalFrames}; resume with the same length.");
        }
        _chains.Clear();
        foreach ((int draw, NoiseChain chain) in chains)
        {
            _chains[draw] = chain;
        }
    }

    private ref struct StateReader(ReadOnlySpan<byte> state)
    {
        private ReadOnlySpan<byte> _rest = state;

        public int Int32() => BitConverter.ToInt32(Bytes(sizeof(int)));

        public long Int64() => BitConverter.ToInt64(Bytes(sizeof(long)));

        public ReadOnlySpan<byte> Bytes(long count)
        {
            if (count < 0 || count > _rest.Length)
            {
                throw Damaged();
            }
            ReadOnlySpan<byte> taken = _rest[..(int)count];
            _rest = _rest[(int)count..];
            return taken;
        }

        public readonly void End()
        {
            if (!_rest.IsEmpty)
            {
                throw Damaged();
            }
        }

        private static CheckpointException Damaged() => new("This is no saved state of correlated noise; it is damaged.");
    }
}
