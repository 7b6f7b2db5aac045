using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Samplers.Rolling;

// Saving and restoring between blocks: the blocks in flight go with the state.
public sealed partial class RollingSampler
{
    internal void Save(GenerationState state)
    {
        state.Put("rolling.origin", _origin);
        state.Put("rolling.next", _next);
        state.Put("rolling.call", _call);
        state.Put("rolling.frames", _totalFrames ?? -1);
        for (int i = 0; i < BlocksInFlight; i++)
        {
            state.Put($"rolling.block.{i}", Slot(_next + i));
        }
    }

    /// <summary>Takes a state over.</summary>
    /// <exception cref="CheckpointException">
    /// It is damaged, or was saved where the end of a video of another length was already felt.
    /// </exception>
    internal void Restore(GenerationState state)
    {
        long saved = state.Int64("rolling.frames");
        _origin = state.Int64("rolling.origin");
        _next = state.Int64("rolling.next");
        _call = state.Int64("rolling.call");
        if (_call > 0 && _call != _schedule.LastCall(_next - 1) + 1)
        {
            throw new CheckpointException($"The saved state is at call {_call} of a rolling window, which is not where block {_next} begins; it is damaged.");
        }
        long? savedBlocks = saved < 0 ? null : (saved - Math.Max(0, _origin)) / FramesOfBlock;
        if (_call > 0 && _schedule.BlocksAt(_call - 1, savedBlocks).Last != _schedule.BlocksAt(_call - 1, Blocks).Last)
        {
            throw new CheckpointException(
                $"The state was saved near the end of a video of {Length(saved)}, whose last blocks are denoised without followers, " +
                $"and cannot go on in one of {Length(_totalFrames ?? -1)}; resume with the length of the run that was stopped.");
        }
        for (int i = 0; i < BlocksInFlight; i++)
        {
            Tensor block = state.Tensor($"rolling.block.{i}");
            if (block.Shape != _shape)
            {
                throw new CheckpointException($"The saved state holds a block in flight of shape {block.Shape}; {_shape} is expected.");
            }
            Slot(_next + i).CopyFrom(block);
        }
    }

    private static string Length(long frames) => frames < 0 ? "no end" : $"{frames} latent frames";
}
